using Orca.Training.Jobs;
using Orca.Training.Machines;
using Resources = Orca.Training.Scheduling.Capacity.Resources;

namespace Orca.Training.Docker.Tests.Engine;

public sealed class StartTests(DockerEngine engine) : EngineTest(engine)
{
    [Fact]
    public async Task Command_and_environment_arrive()
    {
        var spec = Script("echo \"$ORCA_JOB_ID: $EPOCHS\"; for word; do echo \"<$word>\"; done") with
        {
            Command = ["sh", "-c", "echo \"$ORCA_JOB_ID: $EPOCHS\"; for word; do echo \"<$word>\"; done", "sh", "two words", "", "$HOME"],
        };
        var end = await RunAsync(spec);

        Assert.Equal(0, end.ExitCode);
        Assert.Equal(["1: 3 or so", "<two words>", "<>", "<$HOME>"], (await OutputAsync(spec)).Select(l => l.Text));
    }

    [Fact]
    public async Task The_image_s_own_command_runs_where_none_is_given()
    {
        var end = await RunAsync(Script("") with { Command = [] });

        Assert.Equal(0, end.ExitCode);
    }

    [Fact]
    public async Task The_image_s_content_is_told_and_can_be_started_again_by_it_alone()
    {
        var spec = Script("exit 3");
        var started = Assert.IsType<StartResult.Started>(await Runtime.StartAsync(spec, Phases, Token));
        var adopted = Assert.IsType<StartResult.Started>(await Runtime.StartAsync(spec, Phases, Token));
        var again = await RunAsync(Script("exit 4", number: 2) with { Image = started.ImageDigest!, Pull = ImagePullPolicy.Never });

        var image = await Engine.Client.Images.InspectImageAsync(spec.Image, Token);
        Assert.Contains(started.ImageDigest, new List<string> { image.ID }.Concat(image.RepoDigests ?? []));
        Assert.Equal(started.ImageDigest, adopted.ImageDigest);
        Assert.Equal(4, again.ExitCode);
    }

    [Fact]
    public async Task Content_that_is_not_on_the_machine_is_an_image_that_is_not_found()
    {
        var outcome = await FailAsync(Script("") with { Image = $"sha256:{new string('a', 64)}", Pull = ImagePullPolicy.Never });

        Assert.Equal(OutcomeCode.ImageNotFound, outcome.Code);
    }

    [Fact]
    public async Task A_container_that_was_made_and_never_started_is_started()
    {
        var spec = Script("exit 3");
        var created = await Engine.Client.Containers.CreateContainerAsync(
            Starting.ContainerSpec(spec), Token);
        Assert.Equal(ContainerState.Created, (await ListedAsync(spec)).State);
        var end = await RunAsync(spec);

        Assert.Equal(created.ID, end.Incarnation);
        Assert.Equal(3, end.ExitCode);
    }

    [Fact]
    public async Task A_stranger_s_container_of_the_same_name_is_left_alone()
    {
        var spec = Script("exit 0");
        var stranger = Starting.ContainerSpec(spec);
        stranger.Labels = new Dictionary<string, string>(StringComparer.Ordinal);
        var created = await Engine.Client.Containers.CreateContainerAsync(stranger, Token);
        var outcome = await FailAsync(spec);

        Assert.Equal(OutcomeCode.LaunchFailed, outcome.Code);
        Assert.Contains(spec.Name.ContainerOf(0), outcome.Message, StringComparison.Ordinal);
        Assert.Equal("created", (await Engine.InspectAsync(created.ID))!.State!.Status);
    }

    [Fact]
    public async Task An_image_whose_registry_does_not_answer_says_that_the_pull_failed()
    {
        var spec = Script("") with { Image = "127.0.0.1:9/trainer" };
        var outcome = await FailAsync(spec);

        Assert.Equal(OutcomeCode.ImagePullFailed, outcome.Code);
        Assert.Contains("'127.0.0.1:9/trainer'", outcome.Message, StringComparison.Ordinal);
        Assert.Contains("connection refused", outcome.Message, StringComparison.Ordinal);
        Assert.Contains(Phases.All, p => p.Step == LaunchStep.PullingImage);
    }

    [Fact]
    public async Task A_name_that_no_image_can_have_is_an_invalid_spec()
    {
        var outcome = await FailAsync(Script("") with { Image = "Not An Image" });

        Assert.Equal(OutcomeCode.InvalidSpec, outcome.Code);
    }

    [Fact]
    public async Task A_missing_command_is_named_and_leaves_no_container()
    {
        var spec = Script("") with { Command = ["train.py", "--fast"] };
        var outcome = await FailAsync(spec, o => o.Init = false);

        Assert.Equal(OutcomeCode.InvalidSpec, outcome.Code);
        Assert.Contains("'train.py'", outcome.Message, StringComparison.Ordinal);
        Assert.Null(await Engine.InspectAsync(spec.Name.ContainerOf(0)));
    }

    [Fact]
    public async Task A_command_that_is_no_program_is_an_invalid_spec()
    {
        var outcome = await FailAsync(Script("") with { Command = ["/etc/passwd"] }, o => o.Init = false);

        Assert.Equal(OutcomeCode.InvalidSpec, outcome.Code);
        Assert.Contains("'/etc/passwd'", outcome.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_an_init_process_a_missing_command_ends_with_127_and_nothing_else_is_said_of_it()
    {
        var end = await RunAsync(Script("") with { Command = ["train.py"] });

        Assert.Equal(127, end.ExitCode);
        Assert.Null(end.Detail);
    }

    [Fact]
    public async Task A_missing_network_is_named_and_leaves_no_container()
    {
        var spec = Script("");
        var outcome = await FailAsync(spec, o => o.Network = "orca-nowhere");

        Assert.Equal(OutcomeCode.LaunchFailed, outcome.Code);
        Assert.Contains("'orca-nowhere'", outcome.Message, StringComparison.Ordinal);
        Assert.Null(await Engine.InspectAsync(spec.Name.ContainerOf(0)));
    }

    [Fact]
    public async Task A_missing_folder_is_told_without_its_path_and_not_made()
    {
        var missing = Path.Combine(Path.GetTempPath(), $"orca-{Scope.Installation}");
        var outcome = await FailAsync(Script("") with { Mounts = [new FolderMount(missing, "/data", IsReadOnly: true)] });

        Assert.Equal(OutcomeCode.InvalidSpec, outcome.Code);
        Assert.Contains("folder", outcome.Message, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(missing, outcome.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(missing));
    }

    [Fact]
    public async Task Too_little_memory_is_refused_with_the_engine_s_reason()
    {
        var outcome = await FailAsync(Script("") with { Limits = new Resources(0, 1024 * 1024) });

        Assert.Equal(OutcomeCode.InvalidSpec, outcome.Code);
        Assert.Contains("memory", outcome.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task More_processors_than_there_are_is_refused()
    {
        var outcome = await FailAsync(Script("") with { Limits = new Resources(1_000, 0) });

        Assert.Equal(OutcomeCode.InvalidSpec, outcome.Code);
    }

    [Fact]
    public async Task Gpus_that_the_engine_cannot_give_are_said()
    {
        var info = await Engine.Client.System.GetSystemInfoAsync(Token);
        Assert.False(info.Runtimes.ContainsKey("nvidia"), "This test wants a machine without GPUs.");
        var outcome = await FailAsync(Script("") with { Limits = new Resources(0, 0, 2) });

        Assert.Equal(OutcomeCode.InvalidSpec, outcome.Code);
        Assert.Contains("2 GPU", outcome.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task More_than_one_rank_is_refused()
    {
        var outcome = await FailAsync(Script("") with { Ranks = 2 });

        Assert.Equal(OutcomeCode.InvalidSpec, outcome.Code);
        Assert.Contains("2 workers", outcome.Message, StringComparison.Ordinal);
        Assert.Equal(1, Runtime.Abilities.MaxRanks);
    }

    [Fact]
    public async Task The_engine_describes_itself()
    {
        var info = await Runtime.DescribeAsync(Token);

        Assert.Contains("Docker Engine", info.Description, StringComparison.Ordinal);
        Assert.Equal(Environment.ProcessorCount, info.Total.Cpus, 0.01);
        Assert.True(info.Total.MemoryBytes > 100_000_000);
    }
}
