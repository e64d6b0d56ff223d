using Docker.DotNet.Models;
using Orca.Training.Machines;
using Resources = Orca.Training.Scheduling.Capacity.Resources;

namespace Orca.Training.Docker.Tests.Engine;

public sealed class ObservationTests(DockerEngine engine) : EngineTest(engine)
{
    private const long MiB = 1024 * 1024;

    // tail keeps its whole input when that has no newline.
    private const string EatMemory = "tail /dev/zero";

    [Fact]
    public async Task A_watch_sees_start_end_and_removal_and_the_listing_agrees()
    {
        var spec = Script("trap 'exit 4' TERM; echo ready; while :; do sleep 0.05; done");
        var watch = Runtime.WatchAsync(Scope, Token);
        var id = await StartAsync(spec);
        Assert.Equal(id, (await NextAsync(watch, spec, ContainerState.Running)).Incarnation);
        var listed = await ListedAsync(spec);
        Assert.Equal((ContainerState.Running, id, 0, null), (listed.State, listed.Incarnation, listed.Rank, listed.ExitCode));

        await Runtime.ReadOutputAsync(spec.Name, 0, default, Token).FirstAsync(Token);
        await Runtime.StopAsync(spec.Name, TimeSpan.FromSeconds(20), Token);
        var ended = await NextAsync(watch, spec, ContainerState.Ended);
        Assert.Equal((4, false), (ended.ExitCode, ended.OutOfMemory));
        Assert.Equal(ended, await ListedAsync(spec));

        await Runtime.RemoveAsync(spec.Name, Token);
        Assert.Equal(id, (await NextAsync(watch, spec, ContainerState.Removed)).Incarnation);
        Assert.Empty(await Runtime.ListAsync(Scope, Token));
    }

    [Fact]
    public async Task What_happens_between_the_call_and_the_first_read_is_seen()
    {
        var spec = Script("exit 3");
        var watch = Runtime.WatchAsync(Scope, Token);
        await StartAsync(spec);
        await Engine.Client.Containers.WaitContainerAsync(spec.Name.ContainerOf(0), Token);

        Assert.Equal(3, (await NextAsync(watch, spec, ContainerState.Ended)).ExitCode);
    }

    [Fact]
    public async Task A_main_process_killed_for_memory_is_flagged()
    {
        var end = await RunAsync(Script($"exec {EatMemory}") with { Limits = new Resources(0, 16 * MiB) });

        Assert.True(end.OutOfMemory);
        Assert.Equal(137, end.ExitCode);
    }

    [Fact]
    public async Task A_child_killed_for_memory_is_flagged_whatever_the_exit_code()
    {
        var spec = Script($"{EatMemory}; exit 3") with { Limits = new Resources(0, 16 * MiB) };
        var end = await RunAsync(spec);

        Assert.Equal((3, true), (end.ExitCode, end.OutOfMemory));
        Assert.Equal(end, await ListedAsync(spec));
    }

    [Fact]
    public async Task Containers_of_other_installations_of_the_application_are_listed_and_of_other_applications_are_not()
    {
        var mine = Script("sleep 30");
        var leftover = mine with { Name = mine.Name with { Installation = new($"{Scope.Installation}-old") } };
        var foreign = mine with { Application = $"{Scope.Application}-other", Name = Script("", job: 2).Name };
        await StartAsync(mine);
        await StartAsync(leftover);
        await StartAsync(foreign);
        var listed = await Runtime.ListAsync(Scope, Token);
        await Runtime.RemoveAsync(leftover.Name, Token);

        Assert.Equal([leftover.Name, mine.Name], listed.Select(o => o.Attempt).OrderByDescending(n => n.Installation.Value));
    }

    [Fact]
    public async Task A_program_without_handlers_ends_on_SIGTERM()
    {
        // A shell that became sleep: it has spoken, so the init process is past the moment in which it would not hear SIGTERM yet.
        var spec = Script("echo ready; exec sleep 60");
        await StartAsync(spec);
        await Runtime.ReadOutputAsync(spec.Name, 0, default, Token).FirstAsync(Token);
        var began = TimeProvider.System.GetTimestamp();
        await Runtime.StopAsync(spec.Name, TimeSpan.FromSeconds(30), Token);

        Assert.Equal(143, (await ListedAsync(spec)).ExitCode);
        Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(15));
    }

    [Fact]
    public async Task A_program_that_outstays_its_grace_is_killed_even_when_the_grace_is_longer_than_a_call_may_take()
    {
        var spec = Script("trap '' TERM; echo ready; while :; do sleep 0.1; done");
        await StartAsync(spec);
        await Runtime.ReadOutputAsync(spec.Name, 0, default, Token).FirstAsync(Token);
        using var impatient = NewRuntime(o => o.CallTimeout = TimeSpan.FromSeconds(1.5));
        await impatient.StopAsync(spec.Name, TimeSpan.FromSeconds(2), Token);

        Assert.Equal(137, (await ListedAsync(spec)).ExitCode);
    }

    [Fact]
    public async Task Stop_and_remove_can_be_repeated_and_need_no_container()
    {
        var spec = Script("exit 0");
        await Runtime.StopAsync(spec.Name, TimeSpan.Zero, Token);
        await Runtime.RemoveAsync(spec.Name, Token);
        await RunAsync(spec);
        await Runtime.StopAsync(spec.Name, TimeSpan.Zero, Token);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Runtime.RemoveAsync(spec.Name, Token)));
        await Runtime.RemoveAsync(spec.Name, Token);

        Assert.Empty(await Runtime.ListAsync(Scope, Token));
    }

    [Fact]
    public async Task A_removal_by_hand_is_seen()
    {
        var spec = Script("sleep 60");
        var watch = Runtime.WatchAsync(Scope, Token);
        var id = await StartAsync(spec);
        await Engine.Client.Containers.RemoveContainerAsync(id, new ContainerRemoveParameters { Force = true }, Token);

        Assert.Equal(137, (await NextAsync(watch, spec, ContainerState.Ended)).ExitCode);
        Assert.Equal(id, (await NextAsync(watch, spec, ContainerState.Removed)).Incarnation);
    }

    [Fact]
    public async Task A_paused_container_still_runs()
    {
        var spec = Script("sleep 60");
        var id = await StartAsync(spec);
        await Engine.Client.Containers.PauseContainerAsync(id, Token);

        Assert.Equal(ContainerState.Running, (await ListedAsync(spec)).State);
        await Engine.Client.Containers.UnpauseContainerAsync(id, Token);
    }
}
