using Orca.Training.Machines;

namespace Orca.Training.Docker.Tests.Engine;

/// <summary>A container's own log is bounded, and what is gone of it before it was read is told.</summary>
public sealed class BoundedOutputTests(DockerEngine engine) : EngineTest(engine)
{
    private const int Lines = 620_000;

    [Fact]
    public async Task A_reader_that_is_left_far_behind_is_told_that_lines_are_missing_and_reads_on_to_the_last()
    {
        // Some 50 MiB for the engine, which keeps 32.
        var spec = Script($"yes 0123456789 | head -n {Lines}; echo last");
        await StartAsync(spec);
        await using var watch = Runtime.WatchAsync(Scope, Token).GetAsyncEnumerator(Token);
        await using var reader = Runtime.ReadOutputAsync(spec.Name, 0, default, Token).GetAsyncEnumerator(Token);
        Assert.True(await reader.MoveNextAsync());
        while (await watch.MoveNextAsync() && watch.Current.State is not ContainerState.Ended)
        {
        }

        var (read, told, last) = (1, 0, reader.Current);
        while (await reader.MoveNextAsync())
        {
            last = reader.Current;
            told += last.Text.Contains("lines are missing here", StringComparison.Ordinal) ? 1 : 0;
            read++;
        }

        Assert.Equal("last", last.Text);
        Assert.True(told is >= 1 and <= 3, $"{told} entries, {read} lines");
        Assert.InRange(read, 100_000, Lines);
    }

    internal override DockerRuntime OwnRuntime() => NewRuntime(o => (o.LogFileMiB, o.LogFiles) = (16, 2));
}
