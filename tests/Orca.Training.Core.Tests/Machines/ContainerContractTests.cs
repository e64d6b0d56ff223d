using Orca.Training.Access;
using Orca.Training.Artifacts;
using Orca.Training.Jobs;
using Orca.Training.Machines;
using Orca.Training.Scheduling.Capacity;
using Orca.Training.Testing.Conformance.Jobs;

namespace Orca.Training.Tests.Machines;

/// <summary>What a training container is given.</summary>
public sealed class ContainerContractTests
{
    private static readonly AttemptName Name = new(new InstallationId("i"), new AttemptId(new JobId(12), 3));

    [Fact]
    public void The_environment_is_the_contracts_variables_and_every_parameter_under_its_own_name()
    {
        var spec = Build(new Dictionary<string, string> { ["EPOCHS"] = "3", ["lr"] = "0.1" });

        Assert.Equal(
            new SortedDictionary<string, string>(StringComparer.Ordinal)
            {
                ["ALGORITHM_NAME"] = "a",
                ["BLIS_NUM_THREADS"] = "1",
                ["EPOCHS"] = "3",
                ["MKL_NUM_THREADS"] = "1",
                ["NUMEXPR_NUM_THREADS"] = "1",
                ["OMP_NUM_THREADS"] = "1",
                ["OMP_WAIT_POLICY"] = "PASSIVE",
                ["OPENBLAS_NUM_THREADS"] = "1",
                ["RAYON_NUM_THREADS"] = "1",
                ["ORCA_ATTEMPT"] = "3",
                ["ORCA_CHECKPOINT_PATH"] = "/orca/checkpoint",
                ["ORCA_JOB_ID"] = "12",
                ["ORCA_OUTPUT_PATH"] = "/orca/output",
                ["ORCA_PARAMETERS"] = "[\"EPOCHS\",\"lr\"]",
                ["TRAINING_DATASET_ID"] = "d",
                ["TRAINING_DATASET_VERSION_HASH"] = "v",
                ["TRAINING_DATA_PATH"] = "/orca/data",
                ["lr"] = "0.1",
            },
            spec.Environment);
    }

    [Fact]
    public void A_request_overrides_the_algorithms_defaults_and_keeps_the_others()
    {
        var spec = Build(new Dictionary<string, string> { ["LR"] = "0.1" }, new() { Parameters = { ["LR"] = "9", ["EPOCHS"] = "5" } });

        Assert.Equal(("0.1", "5"), (spec.Environment["LR"], spec.Environment["EPOCHS"]));
    }

    [Theory]
    [InlineData(0.5, "1")]
    [InlineData(1.9, "1")]
    [InlineData(8, "8")]
    public void Numerical_libraries_have_as_many_threads_as_there_are_processors_for_it_unless_the_algorithm_says_otherwise(double cpus, string threads)
    {
        Assert.Equal(threads, Build([], new() { Cpus = cpus }).Environment["OMP_NUM_THREADS"]);
        Assert.Equal("[]", Build([], new() { Cpus = cpus }).Environment["ORCA_PARAMETERS"]);
        Assert.Equal("3", Build([], new() { Cpus = cpus, Parameters = { ["OMP_NUM_THREADS"] = "3" } }).Environment["OMP_NUM_THREADS"]);
    }

    [Fact]
    public void What_an_algorithm_declares_with_a_default_reaches_the_training()
    {
        var algorithm = new AlgorithmOptions { DeclaredParameters = { ["EPOCHS"] = new() { Default = "20" }, ["LR"] = new() } };

        var spec = Build([], algorithm);

        Assert.Equal(("20", false), (spec.Environment["EPOCHS"], spec.Environment.ContainsKey("LR")));
        Assert.Equal("5", Build(new Dictionary<string, string> { ["EPOCHS"] = "5" }, algorithm).Environment["EPOCHS"]);
    }

    [Fact]
    public void Shared_memory_is_what_the_algorithm_says_else_the_machine_else_half_of_the_memory()
    {
        var (said, unsaid) = (Build([], new() { MemoryMiB = 512, ShmMiB = 100 }), Build([], new() { MemoryMiB = 512 }));

        Assert.Equal(100L << 20, SharedMemory.BytesOf(said, machineMiB: 64));
        Assert.Equal(64L << 20, SharedMemory.BytesOf(unsaid, machineMiB: 64));
        Assert.Equal(256L << 20, SharedMemory.BytesOf(unsaid, machineMiB: null));
        Assert.Equal(256L << 20, SharedMemory.BytesOf(unsaid with { Limits = default }, machineMiB: null));
    }

    [Theory]
    [InlineData("SHELLOPTS")]
    [InlineData("PS4")]
    [InlineData("BASHOPTS")]
    [InlineData("ps4")]
    [InlineData("LD_AUDIT")]
    [InlineData("PERL5SHELL")]
    [InlineData("GIT_SSH_COMMAND")]
    [InlineData("GIT_CONFIG_COUNT")]
    [InlineData("LUA_INIT_5_4")]
    [InlineData("R_PROFILE_USER")]
    [InlineData("PHPRC")]
    [InlineData("NODE_OPTIONS")]
    [InlineData("OMP_TOOL_LIBRARIES")]
    [InlineData("ZDOTDIR")]
    [InlineData("FPATH")]
    [InlineData("LESSOPEN")]
    [InlineData("LOGNAME")]
    public void What_makes_shells_loaders_and_interpreters_run_other_code_is_reserved(string name) => Assert.True(ReservedVariables.Contains(name));

    [Theory]
    [InlineData("EPOCHS")]
    [InlineData("LR")]
    [InlineData("SCRIPT")]
    [InlineData("R_MAX")]
    [InlineData("NODE_DIM")]
    [InlineData("PROMPT")]
    [InlineData("TEMPERATURE")]
    [InlineData("OMP_NUM_THREADS")]
    [InlineData("CUDA_VISIBLE_DEVICES")]
    [InlineData("THREADS")]
    public void What_trainings_call_their_parameters_is_not(string name) => Assert.False(ReservedVariables.Contains(name));

    [Fact]
    public void The_names_of_the_parameters_are_told_so_that_a_training_can_find_one_that_nobody_reads()
    {
        Assert.Equal("[]", Build([]).Environment["ORCA_PARAMETERS"]);
        Assert.Equal(
            "[\"EPOCH\",\"LR\"]",
            Build(new Dictionary<string, string> { ["EPOCH"] = "2", ["PATH"] = "evil" }, new() { Parameters = { ["LR"] = "1" } }).Environment["ORCA_PARAMETERS"]);
    }

    [Theory]
    [InlineData("ORCA_OUTPUT_PATH", "/orca/output")]
    [InlineData("ALGORITHM_NAME", "a")]
    [InlineData("TRAINING_DATA_PATH", "/orca/data")]
    [InlineData("TRAINING_DATASET_ID", "d")]
    [InlineData("TRAINING_DATASET_VERSION_HASH", "v")]
    [InlineData("PATH", null)]
    [InlineData("path", null)]
    [InlineData("LD_PRELOAD", null)]
    [InlineData("PYTHONPATH", null)]
    [InlineData("orca_job_id", null)]
    [InlineData("AWS_SECRET_ACCESS_KEY", null)]
    public void Neither_a_request_nor_an_algorithm_sets_a_reserved_variable(string name, string? expected)
    {
        var parameters = new Dictionary<string, string> { [name] = "evil" };

        Assert.Equal(expected, Build(parameters).Environment.GetValueOrDefault(name));
        Assert.Equal(expected, Build([], new() { Parameters = { [name] = "evil" } }).Environment.GetValueOrDefault(name));
    }

    [Fact]
    public void It_sees_its_data_and_writes_only_its_own_places()
    {
        Assert.Equal(
            [
                new FolderMount("/data sets/d", "/orca/data", IsReadOnly: true),
                new FolderMount("/runs/out", "/orca/output", IsReadOnly: false),
                new FolderMount("/runs/check", "/orca/checkpoint", IsReadOnly: false),
            ],
            Build([]).Mounts);
    }

    [Fact]
    public void Image_command_ranks_and_limits_are_the_algorithms_and_the_requests()
    {
        var spec = Build([], new() { Image = "img", Cpus = 1.5, MemoryMiB = 300, Gpus = 2, Command = { "server", "/data" } }, workers: 4);

        Assert.Equal(("img", 4, "app", Name), (spec.Image, spec.Ranks, spec.Application, spec.Name));
        Assert.Equal(["server", "/data"], spec.Command);
        Assert.Equal(new Resources(1.5, 300L * 1024 * 1024, 2), spec.Limits);
        Assert.Empty(Build([]).Command);
    }

    [Fact]
    public void More_memory_than_two_GiB_does_not_overflow() =>
        Assert.Equal(100L << 30, RankNeeds.Of(new AlgorithmOptions { MemoryMiB = 100 << 10 }, new TrainingRequest { Algorithm = "a", DatasetId = "d" }).EachRank.MemoryBytes);

    [Fact]
    public void A_containers_name_derives_from_installation_job_attempt_and_rank() =>
        Assert.Equal("orca-i-12-3-0", Name.ContainerOf(0));

    [Fact]
    public void What_lies_on_a_server_is_told_by_bucket_and_key_and_mounted_nowhere()
    {
        var grant = new AccessGrant(new Dictionary<string, string> { ["AWS_ACCESS_KEY_ID"] = "temporary" }, DateTimeOffset.UnixEpoch);
        var places = new AttemptPlaces(new Uri("s3://runs/i/12/3/output"), new Uri("s3://runs/i/12/checkpoint"));
        var inputs = new AttemptInputs(new Uri("s3://data/d/0a/files"), places) { Grant = grant };

        var spec = Build([], inputs: inputs);

        Assert.Empty(spec.Mounts);
        Assert.Equal(
            ["data d/0a/files", "runs i/12/3/output", "s3://runs/i/12/3/output", "s3://runs/i/12/checkpoint", "temporary"],
            [
                $"{spec.Environment["TRAINING_DATA_BUCKET"]} {spec.Environment["TRAINING_DATA_PATH"]}",
                $"{spec.Environment["MODEL_BUCKET"]} {spec.Environment["MODEL_OBJECT_PREFIX"]}",
                spec.Environment["ORCA_OUTPUT_PATH"],
                spec.Environment["ORCA_CHECKPOINT_PATH"],
                spec.Environment["AWS_ACCESS_KEY_ID"],
            ]);
        Assert.Equal(new AttemptAccess(Name, places) { Data = inputs.Data, ModelFiles = [] }.ToString(), inputs.AccessOf(Name)!.ToString());
    }

    [Fact]
    public void A_folder_of_data_is_mounted_beside_outputs_on_a_server()
    {
        var inputs = new AttemptInputs(new Uri("file:///cache/d"), new AttemptPlaces(new Uri("s3://runs/o"), new Uri("s3://runs/c")));

        var spec = Build([], inputs: inputs);

        Assert.Equal([new FolderMount("/cache/d", "/orca/data", IsReadOnly: true)], spec.Mounts);
        Assert.Equal("/orca/data", spec.Environment["TRAINING_DATA_PATH"]);
        Assert.False(spec.Environment.ContainsKey("TRAINING_DATA_BUCKET"));
        Assert.Null(inputs.AccessOf(Name)!.Data);
    }

    [Fact]
    public void A_model_is_mounted_and_its_files_are_told()
    {
        var spec = Build([], inputs: Folders with
        {
            Model = new Uri("file:///runs/7/1/output"),
            ModelFiles = [new Artifact("model.pt", new Uri("file:///runs/7/1/output/model.pt"), 5, "ab")],
        });

        Assert.Contains(new FolderMount("/runs/7/1/output", "/orca/model", IsReadOnly: true), spec.Mounts);
        Assert.Equal("/orca/model", spec.Environment["ORCA_MODEL_PATH"]);
        Assert.Equal("""[{"name":"model.pt","size":5,"sha256":"ab"}]""", spec.Environment["ORCA_MODEL_FILES"]);
        Assert.Null(Folders.AccessOf(Name));
    }

    private static AttemptInputs Folders { get; } =
        new(new Uri("file:///data%20sets/d"), new AttemptPlaces(new Uri("file:///runs/out"), new Uri("file:///runs/check")));

    private static AttemptSpec Build(Dictionary<string, string> parameters, AlgorithmOptions? algorithm = null, int workers = 1, AttemptInputs? inputs = null)
    {
        var request = JobSamples.Request() with { DatasetVersion = "v", Parameters = parameters, Workers = workers };
        var job = JobTransitions.Create(new JobId(12), new JobCommand.Submit(request, null, JobSamples.At(0)));
        return ContainerContract.Build(
            Name, "app", job, algorithm ?? new AlgorithmOptions { Image = "img" }, inputs ?? Folders, TimeSpan.FromSeconds(10));
    }
}
