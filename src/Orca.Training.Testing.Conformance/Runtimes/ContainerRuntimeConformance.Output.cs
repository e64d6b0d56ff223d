using System.Globalization;
using Orca.Training.Jobs;
using Orca.Training.Machines;

namespace Orca.Training.Testing.Conformance.Runtimes;

public abstract partial class ContainerRuntimeConformance
{
    // Longer than the clocks of any two parts of a real machine are apart.
    private const long Nanoseconds = 1_000_000_000;

    [Fact]
    public async Task Lines_of_both_outputs_come_in_order_and_with_their_times()
    {
        var spec = Attempt(ContainerScript.Empty.Prints("out 1").PrintsError("err 1").Prints("out 2").PrintsError("err 2").Prints("").Prints("out 3"));
        var before = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        await RunAsync(spec);
        var lines = await OutputAsync(spec);

        // The two outputs are two pipes: between them there is no order that a machine could know.
        Assert.Equal(["out 1", "out 2", "", "out 3"], lines.Where(l => !l.Text.StartsWith("err", StringComparison.Ordinal)).Select(l => l.Text));
        Assert.Equal(["err 1", "err 2"], lines.Where(l => l.Text.StartsWith("err", StringComparison.Ordinal)).Select(l => l.Text));
        Assert.Equal(lines.Select(l => l.Timestamp).Order(), lines.Select(l => l.Timestamp));
        var after = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        Assert.All(lines, l => Assert.InRange(l.Timestamp, (before - 60) * Nanoseconds, (after + 60) * Nanoseconds));
    }

    [Fact]
    public async Task Each_line_says_which_output_wrote_it()
    {
        Assert.SkipUnless(Runtime.Abilities.TellsOutputsApart, "The runtime's TellsOutputsApart is false.");
        var spec = Attempt(ContainerScript.Empty.Prints("out").PrintsError("err"));
        await RunAsync(spec);
        var lines = await OutputAsync(spec);

        Assert.Equal(OutputStream.Standard, lines.Single(l => l.Text == "out").Stream);
        Assert.Equal(OutputStream.Error, lines.Single(l => l.Text == "err").Stream);
    }

    [Fact]
    public async Task Output_is_read_while_it_is_written_and_ends_with_its_container()
    {
        var spec = Attempt(ContainerScript.Empty.Prints("ready").RunsUntilStopped(0));
        await StartAsync(spec);
        await using var lines = Runtime.ReadOutputAsync(spec.Name, 0, default, Token).GetAsyncEnumerator(Token);
        Assert.True(await lines.MoveNextAsync());
        Assert.Equal("ready", lines.Current.Text);
        Assert.Equal(ContainerState.Running, (await ListedAsync(spec)).State);
        var end = lines.MoveNextAsync();
        await Runtime.StopAsync(spec.Name, spec.StopGrace, Token);

        Assert.False(await end);
    }

    [Fact]
    public async Task Output_is_read_on_from_any_position_without_loss_or_doubles()
    {
        var script = Enumerable.Range(0, 12).Aggregate(ContainerScript.Empty, (s, i) => s.Prints(i.ToString(CultureInfo.InvariantCulture)));
        var spec = Attempt(script);
        await RunAsync(spec);
        var all = await OutputAsync(spec);
        Assert.Equal(Enumerable.Range(0, 12).Select(i => i.ToString(CultureInfo.InvariantCulture)), all.Select(l => l.Text));

        var position = default(OutputPosition);
        for (var read = 0; read <= all.Count; read++)
        {
            Assert.Equal(all.Skip(read), await OutputAsync(spec, position));
            if (read < all.Count)
            {
                var timestamp = all[read].Timestamp;
                position = timestamp == position.Timestamp ? position with { Lines = position.Lines + 1 } : new OutputPosition(timestamp, 1);
            }
        }
    }

    [Fact]
    public async Task A_container_that_is_not_there_has_no_lines() => Assert.Empty(await OutputAsync(Attempt(ContainerScript.Empty)));

    [Fact]
    public async Task Reading_output_ends_when_it_is_cancelled()
    {
        var spec = Attempt(ContainerScript.Empty.Prints("ready").RunsUntilStopped(0));
        await StartAsync(spec);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Token);
        await using var lines = Runtime.ReadOutputAsync(spec.Name, 0, default, enough.Token).GetAsyncEnumerator(enough.Token);
        Assert.True(await lines.MoveNextAsync());
        var next = lines.MoveNextAsync();
        await enough.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await next);
    }
}
