using Orca.Training.Jobs;
using Orca.Training.Machines;

namespace Orca.Training.Docker.Tests.Engine;

public sealed class OutputTests(DockerEngine engine) : EngineTest(engine)
{
    [Fact]
    public async Task Both_outputs_are_read_in_order_while_they_are_written()
    {
        var spec = Script("for i in 1 2 3; do echo out $i; sleep 0.02; echo err $i >&2; sleep 0.02; done; read line < /output/go; echo last");
        var folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), $"orca-{Scope.Installation}")).FullName;
        try
        {
            spec = spec with
            {
                Command = ["sh", "-c", spec.Command[2].Replace("read line < /output/go", "until [ -e /output/go ]; do sleep 0.02; done", StringComparison.Ordinal)],
                Mounts = [new FolderMount(folder, "/output", IsReadOnly: true)],
            };
            await StartAsync(spec);
            var lines = new List<OutputLine>();
            await foreach (var line in Runtime.ReadOutputAsync(spec.Name, 0, default, Token))
            {
                lines.Add(line);
                if (lines.Count == 6)
                {
                    await File.WriteAllTextAsync(Path.Combine(folder, "go"), "", Token);
                }
            }

            Assert.Equal(["out 1", "err 1", "out 2", "err 2", "out 3", "err 3", "last"], lines.Select(l => l.Text));
            Assert.Equal([OutputStream.Standard, OutputStream.Error], lines.Take(2).Select(l => l.Stream));
            Assert.Equal(lines.Select(l => l.Timestamp).Order(), lines.Select(l => l.Timestamp));
            var now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() * 1_000_000;
            Assert.InRange(lines[0].Timestamp, now - 60_000_000_000, now + 1_000_000_000);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Reading_resumes_at_every_position_without_loss_or_duplicates()
    {
        var spec = Script("i=0; while [ $i -lt 40 ]; do echo $i; echo e$i >&2; i=$((i+1)); done");
        await RunAsync(spec);
        var all = await OutputAsync(spec);
        Assert.Equal(80, all.Count);

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
    public async Task A_long_line_comes_whole_up_to_the_limit_and_then_in_parts()
    {
        var spec = Script("head -c 50000 /dev/zero | tr '\\0' a; echo; head -c 150000 /dev/zero | tr '\\0' b; echo; echo end");
        await RunAsync(spec);
        var lines = await OutputAsync(spec);

        Assert.Equal([50_000, 65_536, 65_536, 18_928, 3], lines.Select(l => l.Text.Length));
        Assert.Equal(new string('a', 50_000), lines[0].Text);
        Assert.All(lines.Skip(1).Take(3), l => Assert.True(l.Text.All(c => c == 'b')));
    }

    [Fact]
    public async Task A_last_line_without_a_newline_is_a_line()
    {
        var spec = Script("printf 'one\\ntwo'; printf 'three' >&2");
        await RunAsync(spec);

        Assert.Equal(["one", "three", "two"], (await OutputAsync(spec)).Select(l => l.Text).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_last_line_without_a_newline_is_there_once_when_a_container_is_followed_to_its_end()
    {
        // Engines leave it out of what they tell a follower, often but not always.
        for (var job = 1; job <= 4; job++)
        {
            var spec = Script("sleep 0.3; echo one; echo err >&2; printf two", job);
            await StartAsync(spec);

            var lines = (await OutputAsync(spec)).Select(l => l.Text).ToList();
            Assert.Equal(["err", "one", "two"], lines.Order(StringComparer.Ordinal));
            Assert.True(lines.IndexOf("two") > lines.IndexOf("one"));
        }
    }

    [Fact]
    public async Task Of_a_progress_bar_its_last_state_stays_and_bytes_that_are_no_text_do_not_break_lines()
    {
        var spec = Script("printf '10%%\\r20%%\\r\\n'; printf 'a\\377b\\n\\n'; printf 'käse\\n'");
        await RunAsync(spec);

        Assert.Equal(["20%", "a\uFFFDb", "", "käse"], (await OutputAsync(spec)).Select(l => l.Text));
    }

    [Fact]
    public async Task No_line_is_lost_when_containers_end_while_they_are_read()
    {
        var counts = await Task.WhenAll(Enumerable.Range(1, 12).Select(async job =>
        {
            var spec = Script("i=0; while [ $i -lt 500 ]; do echo $i; i=$((i+1)); done", job);
            await StartAsync(spec);
            return (await OutputAsync(spec)).Count;
        }));

        Assert.All(counts, c => Assert.Equal(500, c));
    }

    [Fact]
    public async Task Reading_a_silent_container_outlasts_the_limit_for_calls_and_ends_on_cancellation()
    {
        var spec = Script("sleep 1.5; echo done; sleep 60");
        await StartAsync(spec);
        using var impatient = NewRuntime(o => o.CallTimeout = TimeSpan.FromSeconds(1));
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var lines = new List<string>();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var line in impatient.ReadOutputAsync(spec.Name, 0, default, enough.Token))
            {
                lines.Add(line.Text);
                await enough.CancelAsync();
            }
        });

        Assert.Equal(["done"], lines);
    }
}
