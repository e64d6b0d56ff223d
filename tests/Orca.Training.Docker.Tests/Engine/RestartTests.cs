using Microsoft.Extensions.Logging.Abstractions;
using Orca.Training.Jobs;
using Orca.Training.Machines;

namespace Orca.Training.Docker.Tests.Engine;

public sealed class RestartTests(DockerEngine engine) : EngineTest(engine)
{
    [Fact]
    public async Task A_training_outlives_its_engine_and_is_found_again_without_loss()
    {
        await using var second = await SecondEngine.StartNewAsync(keepsContainers: true, Token);
        using var runtime = NewRuntime(second);
        var spec = Script("i=0; trap 'exit 9' TERM; while :; do echo $i; i=$((i+1)); sleep 0.02; done");
        var id = Assert.Single(Assert.IsType<StartResult.Started>(await runtime.StartAsync(spec, Phases, Token)).Incarnations);
        await using var watch = runtime.WatchAsync(Scope, Token).GetAsyncEnumerator(Token);
        Assert.True(await watch.MoveNextAsync());

        // Both streams are open when the engine is stopped.
        var read = new List<OutputLine>();
        var stopping = Task.CompletedTask;
        await Assert.ThrowsAsync<RuntimeUnavailableException>(async () =>
        {
            await foreach (var line in runtime.ReadOutputAsync(spec.Name, 0, default, Token))
            {
                read.Add(line);
                if (read.Count == 10)
                {
                    stopping = second.StopAsync(Token);
                }
            }
        });
        await Assert.ThrowsAsync<RuntimeUnavailableException>(async () => await watch.MoveNextAsync());
        await stopping;
        var exception = await Assert.ThrowsAsync<RuntimeUnavailableException>(() => runtime.ListAsync(Scope, Token));
        Assert.Contains("is the engine running", exception.Message, StringComparison.Ordinal);

        await second.StartAsync(Token);
        var listed = Assert.Single(await runtime.ListAsync(Scope, Token));
        Assert.Equal((ContainerState.Running, id), (listed.State, listed.Incarnation));
        Assert.Equal([id], Assert.IsType<StartResult.Started>(await runtime.StartAsync(spec, Phases, Token)).Incarnations);

        // The rest is read from where the broken stream ended, until the training is stopped.
        var position = new OutputPosition(read[^1].Timestamp, read.Count(l => l.Timestamp == read[^1].Timestamp));
        var again = runtime.WatchAsync(Scope, Token);
        var enough = read.Count + 20;
        await foreach (var line in runtime.ReadOutputAsync(spec.Name, 0, position, Token))
        {
            read.Add(line);
            if (read.Count == enough)
            {
                stopping = runtime.StopAsync(spec.Name, TimeSpan.FromSeconds(10), Token);
            }
        }

        await stopping;
        Assert.Equal(Enumerable.Range(0, read.Count).Select(i => $"{i}"), read.Select(l => l.Text));
        Assert.Equal(9, (await NextAsync(again, spec, ContainerState.Ended)).ExitCode);
    }

    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public async Task An_end_while_the_engine_is_dead_is_listed_by_the_next()
    {
        await using var second = await SecondEngine.StartNewAsync(keepsContainers: true, Token);
        using var runtime = NewRuntime(second);
        var folder = Directory.CreateTempSubdirectory("orca-restart-").FullName;
        var spec = Script("echo before; until [ -e /flags/end ]; do sleep 0.02; done; echo over; exit 6") with
        {
            Mounts = [new FolderMount(folder, "/flags", IsReadOnly: true)],
        };
        File.SetUnixFileMode(folder, (UnixFileMode)0b111_101_101);
        await runtime.StartAsync(spec, Phases, Token);
        Assert.Equal("before", (await runtime.ReadOutputAsync(spec.Name, 0, default, Token).FirstAsync(Token)).Text);
        await second.KillAsync(Token);
        await File.WriteAllTextAsync(Path.Combine(folder, "end"), "", Token);
        await second.StartAsync(Token);

        // The engine learns of it a moment after it answers again.
        ContainerObservation listed;
        do
        {
            listed = Assert.Single(await runtime.ListAsync(Scope, Token));
        }
        while (listed.State == ContainerState.Running);

        Assert.Equal((ContainerState.Ended, 6), (listed.State, listed.ExitCode));

        // "over" is lost, and not by us: an engine never gets what a container wrote while it was dead and has ended since.
        Assert.Equal(["before"], await runtime.ReadOutputAsync(spec.Name, 0, default, Token).Select(l => l.Text).ToListAsync(Token));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task An_engine_that_ends_its_containers_when_it_stops_says_so_afterwards()
    {
        await using var second = await SecondEngine.StartNewAsync(keepsContainers: false, Token);
        using var runtime = NewRuntime(second);
        var spec = Script("echo ready; exec sleep 60");
        await runtime.StartAsync(spec, Phases, Token);
        await runtime.ReadOutputAsync(spec.Name, 0, default, Token).FirstAsync(Token);
        await second.StopAsync(Token);
        await second.StartAsync(Token);
        var listed = Assert.Single(await runtime.ListAsync(Scope, Token));

        Assert.Equal((ContainerState.Ended, 143), (listed.State, listed.ExitCode));
    }

    private static DockerRuntime NewRuntime(SecondEngine engine) =>
        new("second", new DockerOptions { Endpoint = new Uri(engine.Host) }, TimeProvider.System, NullLogger.Instance);
}
