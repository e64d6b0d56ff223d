using Orca.Training.Jobs;

namespace Orca.Training.EndToEnd.Tests;

/// <summary>Whatever ends a training on the real engine: the right outcome in words, and the next job runs.</summary>
public sealed class OutcomeTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("echo 'no such column: label' >&2; exit 3", "NonZeroExit", "The training program ended with exit code 3. Its last lines:\nno such column: label")]
    [InlineData("exec no-such-program", "NonZeroExit", "The training's command was not found in its image (exit code 127).")]
    [InlineData("kill -SEGV $$", "NonZeroExit", "The training program crashed with a segmentation fault (exit code 139).")]
    [InlineData("kill -KILL $$", "Killed", "The training was killed from outside (SIGKILL)")]
    [InlineData("tail /dev/zero", "OutOfMemory", "more memory than its limit of 64 MiB and was killed")]
    [InlineData("""echo '{"orca":"artifact","name":"model.pt"}'""", "ArtifactMissing", "model.pt")]
    public async Task A_training_that_fails_says_why(string script, string code, string sentence)
    {
        await using var service = await Service.StartAsync();
        var bad = await service.RunAsync(script);
        var next = await service.RunAsync("true");

        var status = await service.FinishAsync(bad);

        Assert.Equal(JobState.Failed, status.State);
        Assert.Equal(code, status.Outcome!.Code.Name);
        Assert.Contains(sentence, status.Message, StringComparison.Ordinal);
        Assert.Equal(JobState.Succeeded, (await service.FinishAsync(next)).State);
    }

    [Fact]
    public async Task A_missing_image_is_named()
    {
        await using var service = await Service.StartAsync(o => o.AddAlgorithm("ghost", "orca-training/no-such-image:1"));
        var ghost = await service.Client.TrainAsync(new TrainingRequest { Algorithm = "ghost", DatasetId = "numbers" }, Cancel);
        var next = await service.RunAsync("true");

        var status = await service.FinishAsync(ghost);

        Assert.Contains(status.Outcome!.Code, (OutcomeCode[])[OutcomeCode.ImageNotFound, OutcomeCode.ImagePullFailed]);
        Assert.Contains("orca-training/no-such-image:1", status.Message, StringComparison.Ordinal);
        Assert.Equal(JobState.Succeeded, (await service.FinishAsync(next)).State);
    }

    [Fact]
    public async Task A_container_that_somebody_removes_is_lost()
    {
        await using var service = await Service.StartAsync();
        var job = await service.RunAsync("""echo '{"orca":"progress","done":1,"total":2}'; sleep 600""");
        var next = await service.RunAsync("true");
        await service.WaitAsync(job, s => s.Progress.Done is 1);

        await Repository.RunAsync("docker", ["rm", "--force", await ContainerOfAsync(service, job)], Repository.Folder, engine: null, Cancel);

        var status = await service.FinishAsync(job);
        Assert.Contains(status.Outcome!.Code, (OutcomeCode[])[OutcomeCode.Lost, OutcomeCode.Killed]);
        Assert.Equal(JobState.Succeeded, (await service.FinishAsync(next)).State);
    }

    [Fact]
    public async Task An_engine_that_is_stopped_and_started_leaves_a_training_that_runs_on()
    {
        await using var engine = await SecondEngine.StartNewAsync(keepsContainers: true, Cancel);
        await using var service = await Service.StartAsync(engine: engine.Host);
        var job = await service.RunAsync("""echo '{"orca":"progress","done":1,"total":2}'; while [ ! -e "$ORCA_CHECKPOINT_PATH/go" ]; do sleep 0.05; done; echo '{"orca":"progress","done":2,"total":2}'""");
        var next = await service.RunAsync("true");
        await service.WaitAsync(job, s => s.Progress.Done is 1);

        await engine.StopAsync(Cancel);
        await engine.StartAsync(Cancel);
        await File.WriteAllTextAsync(Path.Combine(Directory.GetDirectories(service.DataFolder, "checkpoint", SearchOption.AllDirectories).Single(), "go"), "", Cancel);

        var status = await service.FinishAsync(job);
        Assert.True(status.State is JobState.Succeeded, status.Message);
        Assert.Equal(2, status.Progress.Done);
        Assert.Equal(JobState.Succeeded, (await service.FinishAsync(next)).State);
    }

    [Fact]
    public async Task An_engine_that_takes_its_containers_with_it_fails_the_training_and_runs_the_next()
    {
        await using var engine = await SecondEngine.StartNewAsync(keepsContainers: false, Cancel);
        await using var service = await Service.StartAsync(engine: engine.Host);
        var job = await service.RunAsync("""echo '{"orca":"progress","done":1,"total":2}'; sleep 600""");
        var next = await service.RunAsync("true");
        await service.WaitAsync(job, s => s.Progress.Done is 1);

        await engine.StopAsync(Cancel);
        await engine.StartAsync(Cancel);

        var status = await service.FinishAsync(job);
        Assert.Equal(OutcomeCode.Killed, status.Outcome!.Code);
        Assert.Equal(JobState.Succeeded, (await service.FinishAsync(next)).State);
    }

    private static async Task<string> ContainerOfAsync(Service service, JobId job)
    {
        var runs = Directory.GetDirectories(Path.Combine(service.DataFolder, "runs"));
        var installation = Path.GetFileName(Assert.Single(runs));
        return await Repository.RunAsync("docker", ["ps", "--quiet", "--filter", $"name=orca-{installation}-{job}-1-0"], Repository.Folder, engine: null, Cancel);
    }
}
