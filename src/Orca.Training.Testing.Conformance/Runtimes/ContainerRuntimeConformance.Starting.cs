using Orca.Training.Jobs;
using Orca.Training.Machines;

namespace Orca.Training.Testing.Conformance.Runtimes;

public abstract partial class ContainerRuntimeConformance
{
    [Fact]
    public async Task The_runtime_says_what_it_is_and_what_its_machine_has()
    {
        var info = await Runtime.DescribeAsync(Token);

        Assert.NotEmpty(info.Description);
        Assert.True(info.Total is { Cpus: > 0, MemoryBytes: > 0 }, $"{info.Total}");
    }

    [Fact]
    public async Task Environment_values_arrive_as_they_are()
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["DOLLARS"] = "$(HOME) ${HOME} $HOME $$ $",
            ["QUOTES"] = "a 'b' \"c\" `d` \\e\\n",
            ["BLANKS"] = "  two  words\tand a tab ",
            ["SIGNS"] = "k=v; x|y & <z> * ? [a] {b} #c !d %s",
            ["LETTERS"] = "käse 漢字 🐋",
            ["LINES"] = "first\nsecond",
            ["EMPTY"] = "",
        };
        var script = values.Keys.Aggregate(ContainerScript.Empty, (s, name) => s.PrintsVariable(name));
        var spec = Attempt(script);
        await RunAsync(spec with { Environment = values });

        Assert.Equal(string.Join('\n', values.Values), string.Join('\n', (await OutputAsync(spec)).Select(l => l.Text)));
    }

    [Fact]
    public async Task An_attempt_that_is_started_twice_has_one_container()
    {
        var spec = Attempt(ContainerScript.Empty.Prints("ready").RunsUntilStopped(0));
        var first = await StartAsync(spec);
        var again = await StartAsync(spec);
        var elsewhere = Assert.Single(await StartAllAsync(Subject.Reopen(), spec));

        Assert.Equal([first, first], [again, elsewhere]);
        Assert.Equal(first, (await ListedAsync(spec)).Incarnation);
    }

    [Fact]
    public async Task Starts_of_an_attempt_at_the_same_moment_end_in_one_container()
    {
        var spec = Attempt(ContainerScript.Empty.Prints("ready").RunsUntilStopped(0));
        var started = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => StartAsync(spec)));

        Assert.Single(started.Distinct());
        Assert.Equal(started[0], (await ListedAsync(spec)).Incarnation);
    }

    [Fact]
    public async Task A_start_adopts_a_container_that_has_ended_and_does_not_run_it_again()
    {
        var spec = Attempt(ContainerScript.Empty.Prints("once").Exits(5));
        var end = await RunAsync(spec);

        Assert.Equal(end.Incarnation, await StartAsync(spec));
        Assert.Equal(5, (await ListedEndAsync(spec)).ExitCode);
        Assert.Equal(["once"], (await OutputAsync(spec)).Select(l => l.Text));
    }

    [Fact]
    public async Task A_missing_image_is_said_by_its_name_and_leaves_nothing_that_starts_later()
    {
        var spec = Attempt(ContainerScript.Empty) with { Image = Subject.MissingImage };
        var result = await Runtime.StartAsync(spec, new NoPhases(), Token);

        var outcome = Assert.IsType<StartResult.Failed>(result).Outcome;
        Assert.Equal(OutcomeCode.ImageNotFound, outcome.Code);
        Assert.Contains(Subject.MissingImage, outcome.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(await ListAsync(), o => o.State is ContainerState.Created or ContainerState.Running);
    }

    [Fact]
    public async Task A_start_that_is_given_up_leaves_nothing_that_cannot_be_found()
    {
        var spec = Attempt(ContainerScript.Empty.Exits(6));
        var hints = Runtime.WatchAsync(Scope, Token);
        using var givenUp = CancellationTokenSource.CreateLinkedTokenSource(Token);
        try
        {
            await Runtime.StartAsync(spec, new GivesUp(givenUp), givenUp.Token);
        }
        catch (OperationCanceledException) when (givenUp.IsCancellationRequested)
        {
            // What was made by then stays; it may also have been too late to give up.
        }

        // The same start goes on from whatever there is, and a removal leaves nothing.
        var incarnation = await StartAsync(spec);
        var end = await SeenAsync(hints, spec, ContainerState.Ended);
        Assert.Equal((incarnation, 6), (end.Incarnation, end.ExitCode));
        Assert.Equal(incarnation, (await ListedAsync(spec)).Incarnation);
        await Runtime.RemoveAsync(spec.Name, Token);
        Assert.Empty(await ListAsync());
    }

    [Fact]
    public async Task Attempts_at_the_same_time_do_not_mix()
    {
        var specs = Enumerable.Range(1, 3).Select(job => Attempt(ContainerScript.Empty.Prints($"of {job}").Exits(job), job)).ToList();
        var ends = await Task.WhenAll(specs.Select(RunAsync));

        Assert.Equal([1, 2, 3], ends.Select(e => e.ExitCode));
        Assert.Equal([0, 0, 0], ends.Select(e => e.Rank));
        Assert.Equal(3, ends.Select(e => e.Incarnation).Distinct().Count());
        Assert.Equal(["of 1", "of 2", "of 3"], (await Task.WhenAll(specs.Select(s => OutputAsync(s)))).Select(o => Assert.Single(o).Text));
    }

    [Fact]
    public async Task Each_rank_of_an_attempt_is_a_container_of_its_own()
    {
        Assert.SkipWhen(Runtime.Abilities.MaxRanks < 2, "The runtime's MaxRanks is 1.");
        var spec = Attempt(ContainerScript.Empty.Prints("ready").RunsUntilStopped(7)) with { Ranks = 2 };
        var incarnations = await StartAllAsync(Runtime, spec);
        var listed = (await ListAsync()).OrderBy(o => o.Rank).ToList();

        Assert.Equal(2, incarnations.Distinct().Count());
        Assert.Equal([0, 1], listed.Select(o => o.Rank));
        Assert.Equal(incarnations, listed.Select(o => o.Incarnation));
        await Runtime.RemoveAsync(spec.Name, Token);
        Assert.Empty(await ListAsync());
    }

    /// <summary>Gives a start up as soon as it says what it does.</summary>
    private sealed class GivesUp(CancellationTokenSource start) : IProgress<LaunchPhase>
    {
        public void Report(LaunchPhase value) => start.Cancel();
    }
}
