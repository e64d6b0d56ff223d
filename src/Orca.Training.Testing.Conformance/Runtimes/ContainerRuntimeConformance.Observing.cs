using Orca.Training.Jobs;
using Orca.Training.Machines;
using Orca.Training.Scheduling.Capacity;

namespace Orca.Training.Testing.Conformance.Runtimes;

public abstract partial class ContainerRuntimeConformance
{
    // Enough for a shell, and soon full.
    private const long LittleMemory = 32L << 20;

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public async Task An_end_is_seen_and_listed_with_its_exit_code(int code)
    {
        var spec = Attempt(ContainerScript.Empty.Exits(code));
        var end = await RunAsync(spec);
        var listed = await ListedEndAsync(spec);

        Assert.Equal((code, false), (end.ExitCode, end.OutOfMemory));
        Assert.Equal((ContainerState.Ended, code, false), (listed.State, listed.ExitCode, listed.OutOfMemory));
        Assert.Equal(end.Incarnation, listed.Incarnation);
    }

    [Fact]
    public async Task A_watch_tells_start_end_and_removal_of_the_container_that_the_start_named()
    {
        var spec = Attempt(ContainerScript.Empty.Prints("ready").RunsUntilStopped(4));
        await using var hints = Runtime.WatchAsync(Scope, Token).GetAsyncEnumerator(Token);
        var incarnation = await StartAsync(spec);
        Assert.Equal((incarnation, 0), await NextAsync(hints, spec, ContainerState.Running));
        await FirstLineAsync(spec);
        await Runtime.StopAsync(spec.Name, spec.StopGrace, Token);
        Assert.Equal((incarnation, 0), await NextAsync(hints, spec, ContainerState.Ended));
        Assert.Equal(4, hints.Current.ExitCode);
        await Runtime.RemoveAsync(spec.Name, Token);
        Assert.Equal((incarnation, 0), await NextAsync(hints, spec, ContainerState.Removed));
    }

    [Fact]
    public async Task What_happens_between_the_call_and_the_first_read_of_a_watch_is_seen()
    {
        var spec = Attempt(ContainerScript.Empty.Exits(3));
        var hints = Runtime.WatchAsync(Scope, Token);
        await StartAsync(spec);
        await OutputAsync(spec);

        Assert.Equal(3, (await SeenAsync(hints, spec, ContainerState.Ended)).ExitCode);
    }

    [Fact]
    public async Task A_watch_ends_when_it_is_cancelled()
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Token);
        await using var hints = Runtime.WatchAsync(Scope, enough.Token).GetAsyncEnumerator(enough.Token);
        var next = hints.MoveNextAsync();
        await enough.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await next);
    }

    [Fact]
    public async Task A_listing_holds_what_runs_and_what_has_ended_of_all_installations_of_the_application_alone()
    {
        var running = Attempt(ContainerScript.Empty.Prints("ready").RunsUntilStopped(0), job: 1);
        var ended = Attempt(ContainerScript.Empty.Exits(9), job: 2);
        var leftover = Attempt(ContainerScript.Empty, installation: $"{Scope.Installation}-old");
        var foreign = Attempt(ContainerScript.Empty, installation: $"{Scope.Installation}-other", application: $"{Scope.Application} other");
        await StartAsync(running);
        await StartAsync(leftover);
        await StartAsync(foreign);
        await RunAsync(ended);
        await ListedEndAsync(ended);
        var listed = await ListAsync();

        Assert.Equal(
            [running.Name, ended.Name, leftover.Name],
            listed.Select(o => o.Attempt).OrderBy(a => a.Installation.Value.Length).ThenBy(a => a.Attempt.Job));
        Assert.Equal(ContainerState.Running, listed.Single(o => o.Attempt == running.Name).State);
        Assert.Equal(9, listed.Single(o => o.Attempt == ended.Name).ExitCode);
    }

    [Fact]
    public async Task A_container_killed_for_its_memory_limit_is_told_from_others()
    {
        var hungry = Attempt(ContainerScript.Empty.EatsMemory(), job: 1) with { Limits = new Resources(0, LittleMemory) };
        var other = Attempt(ContainerScript.Empty.Exits(137), job: 2) with { Limits = new Resources(0, LittleMemory) };
        var ends = await Task.WhenAll(RunAsync(hungry), RunAsync(other));

        Assert.Equal((137, true), (ends[0].ExitCode, ends[0].OutOfMemory));
        Assert.Equal((137, false), (ends[1].ExitCode, ends[1].OutOfMemory));
        Assert.True((await ListedEndAsync(hungry)).OutOfMemory);
    }

    [Fact]
    public async Task A_restarted_host_finds_reads_stops_and_removes_what_the_last_one_started()
    {
        var spec = Attempt(ContainerScript.Empty.Prints("one").Prints("two").RunsUntilStopped(8));
        var incarnation = await StartAsync(spec);
        var first = await FirstLineAsync(spec);
        var host = Subject.Reopen();

        var found = await ListedAsync(spec, host);
        Assert.Equal((ContainerState.Running, incarnation, 0), (found.State, found.Incarnation, found.Rank));

        await using var rest = host.ReadOutputAsync(spec.Name, 0, new OutputPosition(first.Timestamp, 1), Token).GetAsyncEnumerator(Token);
        Assert.True(await rest.MoveNextAsync());
        Assert.Equal("two", rest.Current.Text);
        await host.StopAsync(spec.Name, spec.StopGrace, Token);
        Assert.False(await rest.MoveNextAsync());
        Assert.Equal(8, (await ListedEndAsync(spec, host)).ExitCode);
        await host.RemoveAsync(spec.Name, Token);
        Assert.Empty(await ListAsync(host));
    }

    /// <summary>Which container, and which rank, the next hint of a state is about.</summary>
    private static async Task<(string Incarnation, int Rank)> NextAsync(IAsyncEnumerator<ContainerObservation> hints, AttemptSpec spec, ContainerState state)
    {
        while (await hints.MoveNextAsync())
        {
            if (hints.Current.Attempt == spec.Name && hints.Current.State == state)
            {
                return (hints.Current.Incarnation, hints.Current.Rank);
            }
        }

        throw new InvalidOperationException($"The stream of hints ended before the attempt was {state}.");
    }
}
