using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orca.Training.Artifacts;
using Orca.Training.Artifacts.Folders;
using Orca.Training.Client;
using Orca.Training.Jobs;
using Orca.Training.Machines;
using Orca.Training.Testing;
using Orca.Training.Tests.Files;

namespace Orca.Training.Tests.Tracking;

/// <summary>Models that trainings number, that later ones work on, and runs that are repeated.</summary>
public sealed class ModelTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public Task Each_training_that_succeeds_gives_its_model_the_next_number() => VirtualTime.RunAsync(async time =>
    {
        await using var host = await TestHost.StartAsync(time, r => r.DatasetId == "bad" ? FakeTraining.Succeeds.ExitsWith(1) : FakeTraining.Succeeds);

        var first = await host.FinishAsync(await TrainAsync(host, output: "m"));
        var failed = await host.FinishAsync(await TrainAsync(host, output: "m", dataset: "bad"));
        var second = await host.FinishAsync(await TrainAsync(host, output: "m"));
        var other = await host.FinishAsync(await TrainAsync(host, output: "n"));
        var none = await host.FinishAsync(await host.TrainAsync());

        Assert.Equal([1, null, 2, 1, null], [first.ModelVersion, failed.ModelVersion, second.ModelVersion, other.ModelVersion, none.ModelVersion]);
    });

    [Fact]
    public Task A_model_is_the_one_that_its_name_meant_when_the_job_was_submitted() => VirtualTime.RunAsync(async time =>
    {
        AttemptSpec? seen = null;
        await using var host = await StartAsync(time, spec => seen = spec);
        await host.FinishAsync(await TrainAsync(host, output: "m"));
        var job = await host.Client.TrainAsync(new TrainingRequest { Algorithm = "a", DatasetId = "d", InputModel = "m", IsHeld = true }, Cancel);
        var group = await host.Client.TrainAllAsync([Request("m"), Request("m:1")], cancellationToken: Cancel);
        await host.FinishAsync(await TrainAsync(host, output: "m"));
        await host.Client.ReleaseTrainingAsync(job, Cancel);

        var status = await host.FinishAsync(job);

        Assert.Equal("m:1", status.Request.InputModel);
        foreach (var one in group.Jobs)
        {
            Assert.Equal("m:1", (await host.Client.GetTrainingStatusAsync(one, Cancel)).Request.InputModel);
        }

        Assert.Equal(("/orca/model", """[{"name":"model","size":0,"sha256":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}]"""), (seen!.Environment["ORCA_MODEL_PATH"], seen.Environment["ORCA_MODEL_FILES"]));
        Assert.True(Assert.Single(seen.Mounts, m => m.ContainerPath == "/orca/model").IsReadOnly);
    });

    [Theory]
    [InlineData("MODEL")]
    [InlineData("model and more")]
    [InlineData(null)]
    public Task A_model_that_is_no_longer_what_was_published_is_given_to_no_training(string? now) => VirtualTime.RunAsync(async time =>
    {
        using var folder = new TempFolder();
        await using var host = await TestHost.StartAsync(
            time,
            r => r.DatasetId == "next" ? FakeTraining.Succeeds : FakeTraining.Succeeds.Leaves("model.pt", "model"u8.ToArray()),
            build: b => b.Services.AddSingleton<IArtifactStore>(new FolderArtifactStore(folder.Path)));
        var published = await host.FinishAsync(await TrainAsync(host, output: "m"));
        var same = await host.FinishAsync(await host.Client.TrainAsync(new TrainingRequest { Algorithm = "a", DatasetId = "next", InputModel = "m" }, Cancel));
        var path = Assert.Single(published.Artifacts).Location.LocalPath;
        if (now is null)
        {
            File.Delete(path);
        }
        else
        {
            await File.WriteAllTextAsync(path, now, Cancel);
        }

        var status = await host.FinishAsync(await host.Client.TrainAsync(new TrainingRequest { Algorithm = "a", DatasetId = "next", InputModel = "m" }, Cancel));

        Assert.Equal(JobState.Succeeded, same.State);
        Assert.Equal(OutcomeCode.ArtifactMissing, status.Outcome?.Code);
        Assert.StartsWith("The model cannot be used:", status.Outcome!.Message, StringComparison.Ordinal);
    });

    [Fact]
    public Task A_model_that_there_is_not_is_refused_with_its_field() => VirtualTime.RunAsync(async time =>
    {
        await using var host = await TestHost.StartAsync(time);
        await host.FinishAsync(await TrainAsync(host, output: "m"));

        var unknown = await Assert.ThrowsAsync<TrainingException>(() => host.Client.TrainAsync(Request("x"), Cancel));
        var version = await Assert.ThrowsAsync<TrainingException>(() => host.Client.TrainAsync(Request("m:best"), Cancel));
        var batch = await Assert.ThrowsAsync<TrainingException>(() => host.Client.TrainAllAsync([Request("m"), Request("x")], cancellationToken: Cancel));

        Assert.Equal(
            [
                new FieldViolation("input_model", "There is no model 'x': give the name under which a training has stored one (output_model_name)."),
                new FieldViolation("input_model", "The model 'm' has no version or alias 'best': give one that it has, or its name alone for the newest."),
                new FieldViolation("requests[1].input_model", "There is no model 'x': give the name under which a training has stored one (output_model_name)."),
            ],
            [.. unknown.Violations, .. version.Violations, .. batch.Violations]);
    });

    [Fact]
    public Task A_rerun_runs_what_ran_then_whatever_the_algorithm_is_now() => VirtualTime.RunAsync(async time =>
    {
        var seen = new List<AttemptSpec>();
        await using var host = await StartAsync(time, seen.Add);
        var algorithm = host.Host.Services.GetRequiredService<IOptionsMonitor<OrcaTrainingOptions>>().CurrentValue.Algorithms["a"];
        algorithm.Command.Add("train");
        algorithm.Parameters["EPOCHS"] = "3";
        var first = await host.FinishAsync(await host.TrainAsync(parameters: ("LR", "0.1")));
        (algorithm.Image, algorithm.Pull) = ("another", ImagePullPolicy.Always);
        algorithm.Command.Add("--differently");
        algorithm.Parameters["EPOCHS"] = "9";
        algorithm.Parameters["SEED"] = "1";

        var again = await host.FinishAsync(await host.Client.RerunAsync(first.JobId, Cancel));

        Assert.Equal((JobState.Succeeded, (JobId?)first.JobId), (again.State, again.Request.RerunOf));
        Assert.Equal(("sha256:abc", ImagePullPolicy.Never), (seen[1].Image, seen[1].Pull));
        Assert.Equal(["train"], seen[1].Command);
        Assert.Equal(("3", "0.1"), (seen[1].Environment["EPOCHS"], seen[1].Environment["LR"]));
        Assert.DoesNotContain("SEED", seen[1].Environment.Keys);
        Assert.Equal(seen[0].Environment["TRAINING_DATASET_VERSION_HASH"], seen[1].Environment["TRAINING_DATASET_VERSION_HASH"]);
    });

    [Fact]
    public Task A_rerun_whose_image_is_gone_says_what_to_do() => VirtualTime.RunAsync(async time =>
    {
        var runtime = new FakeContainerRuntime(time) { ImageDigest = "sha256:abc" };
        runtime.Script(spec => spec.Image == "sha256:abc" ? FakeTraining.FailsToStart(OutcomeCode.ImageNotFound, "No.") : FakeTraining.Succeeds);
        await using var host = await TestHost.StartAsync(time, runtime: runtime);
        var first = await host.FinishAsync(await host.TrainAsync());

        var again = await host.FinishAsync(await host.Client.RerunAsync(first.JobId, Cancel));

        Assert.Equal(OutcomeCode.ImageNotFound, again.Outcome!.Code);
        Assert.Equal(
            "The image 'sha256:abc', which job 1 ran, is no longer available on machine 'fake': load it there again, or submit the request again to use the algorithm's current image.",
            again.Outcome.Message);
    });

    [Fact]
    public Task A_request_taken_from_a_rerun_is_a_request_like_any_other() => VirtualTime.RunAsync(async time =>
    {
        await using var host = await StartAsync(time, _ => { });
        var first = await host.FinishAsync(await host.TrainAsync());
        var again = await host.FinishAsync(await host.Client.RerunAsync(first.JobId, Cancel));

        var job = await host.Client.TrainAsync(again.Request with { Name = "other" }, Cancel);

        Assert.Null((await host.Client.GetTrainingStatusAsync(job, Cancel)).Request.RerunOf);
    });

    [Fact]
    public Task What_a_machine_did_not_tell_cannot_be_repeated() => VirtualTime.RunAsync(async time =>
    {
        await using var host = await TestHost.StartAsync(time);
        var first = await host.FinishAsync(await host.TrainAsync());

        var refused = await Assert.ThrowsAsync<TrainingException>(() => host.Client.RerunAsync(first.JobId, Cancel));

        Assert.Equal(TrainingError.FailedPrecondition, refused.Error);
    });

    private static TrainingRequest Request(string model) => new() { Algorithm = "a", DatasetId = "d", InputModel = model };

    private static Task<JobId> TrainAsync(TestHost host, string output, string dataset = "d") =>
        host.Client.TrainAsync(new TrainingRequest { Algorithm = "a", DatasetId = dataset, OutputModelName = output }, Cancel);

    private static Task<TestHost> StartAsync(VirtualTime time, Action<AttemptSpec> see)
    {
        var runtime = new FakeContainerRuntime(time) { ImageDigest = "sha256:abc" };
        runtime.Script(spec =>
        {
            see(spec);
            return FakeTraining.Succeeds;
        });
        return TestHost.StartAsync(time, runtime: runtime);
    }
}
