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
    public async Task A_child_killed_for_memory_is_flagged_whatever_the_exit_code()
    {
        var spec = Script($"{EatMemory}; exit 3") with { Limits = new Resources(0, 16 * MiB) };
        var end = await RunAsync(spec);

        Assert.Equal((3, true), (end.ExitCode, end.OutOfMemory));
        Assert.Equal(end, await ListedAsync(spec));
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
    public async Task A_removal_by_hand_is_seen()
    {
        var spec = Script("sleep 60");
        var watch = Runtime.WatchAsync(Scope, Token);
        var id = await StartAsync(spec);
        await Engine.Client.Containers.RemoveContainerAsync(id, new ContainerRemoveParameters { Force = true }, Token);

        Assert.Equal(137, (await NextAsync(watch, spec, ContainerState.Ended)).ExitCode);
        Assert.Equal(id, (await NextAsync(watch, spec, ContainerState.Removed)).Incarnation);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_training_that_saves_and_exits_with_0_when_somebody_stops_it_was_stopped(bool isWatched)
    {
        var spec = Script("trap 'exit 0' TERM; echo ready; while :; do sleep 0.05; done");
        var watch = Runtime.WatchAsync(Scope, Token);
        var id = await StartAsync(spec);
        await Runtime.ReadOutputAsync(spec.Name, 0, default, Token).FirstAsync(Token);
        await Engine.Client.Containers.StopContainerAsync(id, new ContainerStopParameters(), Token);

        // A host that comes later has seen no event.
        using var later = NewRuntime();
        var end = isWatched ? await NextAsync(watch, spec, ContainerState.Ended) : Assert.Single(await later.ListAsync(Scope, Token));

        Assert.Equal((0, 15), (end.ExitCode, end.Signal));
    }

    [Fact]
    public async Task A_training_that_ends_well_before_a_host_comes_was_not_stopped()
    {
        var spec = Script("exit 0");
        await StartAsync(spec);
        await Runtime.ReadOutputAsync(spec.Name, 0, default, Token).ToListAsync(Token);
        using var later = NewRuntime();

        var end = Assert.Single(await later.ListAsync(Scope, Token));

        Assert.Equal((ContainerState.Ended, 0, null), (end.State, end.ExitCode, end.Signal));
    }

    [Fact]
    public async Task A_script_with_line_ends_of_Windows_is_told_though_the_system_says_that_it_is_not_there()
    {
        var output = Directory.CreateTempSubdirectory("orca-crlf-");
        await File.WriteAllTextAsync(Path.Combine(output.FullName, "train.sh"), "#!/bin/sh\r\necho hi\r\n", Token);
        await Repository.RunAsync("chmod", ["-R", "a+rwx", output.FullName], Repository.Folder, engine: null, Token);
        var spec = Script("") with { Command = ["/out/train.sh"], Mounts = [new FolderMount(output.FullName, "/out", IsReadOnly: true)] };

        var end = await RunAsync(spec);
        output.Delete(recursive: true);

        Assert.Equal(127, end.ExitCode);
        Assert.Contains("CRLF", end.Detail, StringComparison.Ordinal);
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
