using Orca.Training.Machines;

namespace Orca.Training.Testing.Conformance.Runtimes;

public abstract partial class ContainerRuntimeConformance
{
    [Fact]
    public async Task A_stop_lets_the_training_end_by_itself()
    {
        var spec = Attempt(ContainerScript.Empty.Prints("ready").RunsUntilStopped(4)) with { StopGrace = TimeSpan.FromSeconds(30) };
        await StartAsync(spec);
        await FirstLineAsync(spec);
        await Runtime.StopAsync(spec.Name, spec.StopGrace, Token);

        // Done means that it has ended, and the end stays on the list.
        var listed = await ListedEndAsync(spec);
        Assert.True(listed is { State: ContainerState.Ended, ExitCode: 4 }, $"{listed}");

        // A start that comes late finds it so, and runs nothing again.
        Assert.Equal(listed.Incarnation, await StartAsync(spec));
        Assert.Equal(listed, await ListedAsync(spec));
    }

    [Fact]
    public async Task What_a_training_writes_while_it_is_stopped_reaches_who_reads_it()
    {
        var spec = Attempt(ContainerScript.Empty.Prints("ready").RunsUntilStopped(4, lastLine: "saved"));
        await StartAsync(spec);
        await using var lines = Runtime.ReadOutputAsync(spec.Name, 0, default, Token).GetAsyncEnumerator(Token);
        Assert.True(await lines.MoveNextAsync());
        var next = lines.MoveNextAsync();
        await Runtime.StopAsync(spec.Name, spec.StopGrace, Token);

        Assert.True(await next);
        Assert.Equal("saved", lines.Current.Text);
        Assert.False(await lines.MoveNextAsync());
    }

    [Fact]
    public async Task A_training_that_outstays_its_grace_is_killed()
    {
        var spec = Attempt(ContainerScript.Empty.Prints("ready").RunsUntilKilled());
        await StartAsync(spec);
        await FirstLineAsync(spec);
        await Runtime.StopAsync(spec.Name, TimeSpan.FromSeconds(1), Token);

        var listed = await ListedEndAsync(spec);
        Assert.True(listed is { State: ContainerState.Ended, ExitCode: 137, OutOfMemory: false }, $"{listed}");
    }

    [Fact]
    public async Task Stop_and_remove_can_be_repeated_and_need_no_container()
    {
        var spec = Attempt(ContainerScript.Empty);
        await Runtime.StopAsync(spec.Name, TimeSpan.FromSeconds(1), Token);
        await Runtime.RemoveAsync(spec.Name, Token);
        await RunAsync(spec);
        await Runtime.StopAsync(spec.Name, TimeSpan.FromSeconds(1), Token);
        Assert.Equal(0, (await ListedEndAsync(spec)).ExitCode);
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Runtime.RemoveAsync(spec.Name, Token)));
        await Runtime.RemoveAsync(spec.Name, Token);

        Assert.Empty(await ListAsync());
    }

    [Fact]
    public async Task A_removal_ends_what_runs_and_leaves_nothing()
    {
        var spec = Attempt(ContainerScript.Empty.Prints("ready").RunsUntilKilled());
        await StartAsync(spec);
        await FirstLineAsync(spec);
        await Runtime.RemoveAsync(spec.Name, Token);

        Assert.Empty(await ListAsync());
        Assert.Empty(await OutputAsync(spec));
    }
}
