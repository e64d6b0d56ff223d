using Orca.Training.Jobs;
using Orca.Training.Machines;

namespace Orca.Training.Docker.Tests.Engine;

/// <summary>A Podman service of the tests' own, with an image.</summary>
public sealed class PodmanService : IAsyncLifetime
{
    private readonly string _name = $"t{Environment.ProcessId}";

    public Uri Endpoint { get; private set; } = new("unix:///");

    public async ValueTask InitializeAsync()
    {
        var host = await Repository.RunScriptAsync("podman.sh", ["up", _name], engine: null, TestContext.Current.CancellationToken);
        await Repository.RunScriptAsync("test-image.sh", [], host, TestContext.Current.CancellationToken);
        Endpoint = new Uri(host);
    }

    public async ValueTask DisposeAsync() => await Repository.RunScriptAsync("podman.sh", ["down", _name], engine: null, CancellationToken.None);
}

/// <summary>What Podman does in its own way behind the same API.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class PodmanTests(DockerEngine engine, PodmanService podman) : EngineTest(engine), IClassFixture<PodmanService>
{
    private readonly DirectoryInfo _host = Directory.CreateTempSubdirectory("orca-podman-");

    internal override DockerRuntime OwnRuntime() => NewRuntime(o => o.Endpoint = podman.Endpoint);

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _host.Delete(recursive: true);
    }

    [Fact]
    public async Task A_training_starts_is_watched_to_its_end_and_leaves_files_that_the_host_reads_and_deletes()
    {
        var output = _host.CreateSubdirectory("output");
        File.SetUnixFileMode(output.FullName, (UnixFileMode)0b111_111_111);
        var watch = Runtime.WatchAsync(Scope, Token);
        var spec = Script("echo said; echo left > /orca/output/model; exit 3") with { Mounts = [new FolderMount(output.FullName, "/orca/output", IsReadOnly: false)] };
        await StartAsync(spec);
        var end = await NextAsync(watch, spec, ContainerState.Ended);

        Assert.Equal(3, end.ExitCode);
        Assert.Equal(3, (await ListedAsync(spec)).ExitCode);
        Assert.Equal("said", Assert.Single(await OutputAsync(spec)).Text);
        Assert.Equal("left\n", await File.ReadAllTextAsync(Path.Combine(output.FullName, "model"), Token));
        await Runtime.RemoveAsync(spec.Name, Token);
        Assert.Equal(ContainerState.Removed, (await NextAsync(watch, spec, ContainerState.Removed)).State);
    }

    [Fact]
    public async Task Folders_are_copied_in_and_back()
    {
        using var copying = NewRuntime(o => (o.Endpoint, o.Delivery) = (podman.Endpoint, FolderDelivery.Copy));
        var (data, output) = (_host.CreateSubdirectory("data"), _host.CreateSubdirectory("output"));
        await File.WriteAllTextAsync(Path.Combine(data.FullName, "numbers"), "1 2 3", Token);
        var written = new FolderMount(output.FullName, "/orca/output", IsReadOnly: false);
        var spec = Script("cat /orca/data/numbers > /orca/output/model") with { Mounts = [new FolderMount(data.FullName, "/orca/data", IsReadOnly: true), written] };
        var watch = copying.WatchAsync(Scope, Token);
        Assert.IsType<StartResult.Started>(await copying.StartAsync(spec, Phases, Token));
        await NextAsync(watch, spec, ContainerState.Ended);
        await copying.FetchAsync(spec.Name, [written], Token);

        Assert.Equal("1 2 3", await File.ReadAllTextAsync(Path.Combine(output.FullName, "model"), Token));
    }

    [Fact]
    public async Task A_start_whose_name_is_taken_adopts_its_own_container()
    {
        var spec = Script("sleep 60");

        Assert.Equal(await StartAsync(spec), await StartAsync(spec));
    }

    [Fact]
    public async Task A_training_is_stopped_by_a_signal_that_it_can_handle()
    {
        var spec = Script("trap 'exit 4' TERM; echo ready; while :; do sleep 0.05; done");
        await StartAsync(spec);
        await Runtime.ReadOutputAsync(spec.Name, 0, default, Token).FirstAsync(Token);
        await Runtime.StopAsync(spec.Name, TimeSpan.FromSeconds(20), Token);

        Assert.Equal(4, (await ListedAsync(spec)).ExitCode);
    }

    [Fact]
    public async Task What_it_refuses_is_no_reason_to_ask_again()
    {
        Assert.Equal(OutcomeCode.InvalidSpec, (await FailHereAsync(Script("") with { Command = ["/etc/passwd"] }, init: false)).Code);
        Assert.Equal(OutcomeCode.InvalidSpec, (await FailHereAsync(Script("", job: 2) with { Image = "No Name" }, init: true)).Code);
        Assert.Equal(OutcomeCode.LaunchFailed, (await FailHereAsync(Script("", job: 3), init: true, network: "orca-nowhere")).Code);
    }

    private async Task<Outcome> FailHereAsync(AttemptSpec spec, bool init, string network = "none")
    {
        using var own = NewRuntime(o => (o.Endpoint, o.Init, o.Network) = (podman.Endpoint, init, network));
        return Assert.IsType<StartResult.Failed>(await own.StartAsync(spec, Phases, Token)).Outcome;
    }
}
