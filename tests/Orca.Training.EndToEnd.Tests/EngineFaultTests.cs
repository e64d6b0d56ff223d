using System.Collections.Concurrent;
using Orca.Training.Jobs;

namespace Orca.Training.EndToEnd.Tests;

/// <summary>A real engine, of whose answers some are bad or never come: a job outlives it, and so does the next one.</summary>
public sealed class EngineFaultTests
{
    /// <summary>The engine's socket.</summary>
    internal static readonly string Engine = Environment.GetEnvironmentVariable("DOCKER_HOST") is { Length: > 0 } set ? new Uri(set).LocalPath : "/var/run/docker.sock";

    private static readonly Treatment Pass = new Treatment.Pass();

    /// <summary>What the engine does: the part of the request that meets the fault, how often, and the fault.</summary>
    private static readonly Dictionary<string, (string Request, int Times, Treatment Fault)> Faults = new(StringComparer.Ordinal)
    {
        ["answers 500 to a creation"] = ("/containers/create", 1, new Treatment.Answer(500, "the daemon has a headache")),
        ["makes a container and loses the answer"] = ("/containers/create", 1, new Treatment.LoseAnswer()),
        ["hangs at a creation"] = ("/containers/create", 1, new Treatment.Hang()),
        ["starts a container and loses the answer"] = ("/start", 1, new Treatment.LoseAnswer()),
        ["never has events"] = ("/events", int.MaxValue, new Treatment.Answer(500, "no events today")),
        ["cuts the events short"] = ("/events", 3, new Treatment.CutAfter(0)),
        ["cuts the output short"] = ("/logs", 1, new Treatment.CutAfter(200)),
        ["fails to list"] = ("/containers/json", 2, new Treatment.Answer(500, "too many to count")),
        ["hangs at a removal"] = ("DELETE", 1, new Treatment.Hang()),
    };

    public static TheoryData<string> EachFault => [.. Faults.Keys];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(EachFault))]
    public async Task A_training_ends_as_it_should_and_so_does_the_next_on_an_engine_that(string fault)
    {
        var (request, times, treatment) = Faults[fault];
        var (met, creations) = (0, new ConcurrentQueue<string>());
        await using var engine = new EngineProxy(Engine, line =>
        {
            if (line.Contains("/containers/create", StringComparison.Ordinal))
            {
                creations.Enqueue(line.Split("name=")[1].Split('&', ' ')[0]);
            }

            return line.Contains(request, StringComparison.Ordinal) && Interlocked.Increment(ref met) <= times ? treatment : Pass;
        });
        await using var service = await StartAsync(engine);

        var first = await service.RunAsync("""echo '{"orca":"progress","done":1,"total":1}'; echo x > "$ORCA_OUTPUT_PATH/model" """);
        var next = await service.RunAsync("exit 3");
        var (done, failed) = (await service.FinishAsync(first), await service.FinishAsync(next));

        Assert.True(done.State is JobState.Succeeded, done.Message);
        Assert.Equal((1L, "model"), (done.Progress.Done, Assert.Single(done.Artifacts).Name));
        Assert.Equal((OutcomeCode.NonZeroExit, 3), (failed.Outcome!.Code, failed.Outcome.ExitCode));
        Assert.InRange(met, 1, int.MaxValue);

        // A bounded number of tries, and one name for all of them.
        Assert.Equal(2, creations.Distinct().Count());
        Assert.InRange(creations.Count, 2, 4);
    }

    [Fact]
    public async Task An_image_that_is_gone_before_its_job_starts_fails_that_job_alone()
    {
        await Repository.RunAsync("docker", ["tag", Service.TestImage, "orca-training/passing:1"], Repository.Folder, engine: null, Cancel);
        await using var service = await Service.StartAsync(o => o.AddAlgorithm("passing", "orca-training/passing:1", a => a.Pull = ImagePullPolicy.Never));
        var blocker = await service.RunAsync("""echo '{"orca":"progress","done":1,"total":2}'; while [ ! -e "$ORCA_CHECKPOINT_PATH/go" ]; do sleep 0.05; done""");
        var job = await service.Client.TrainAsync(new TrainingRequest { Algorithm = "passing", DatasetId = "numbers" }, Cancel);
        var next = await service.RunAsync("true");
        await service.WaitAsync(blocker, s => s.Progress.Done is 1);

        await Repository.RunAsync("docker", ["rmi", "orca-training/passing:1"], Repository.Folder, engine: null, Cancel);
        await File.WriteAllTextAsync(Path.Combine(Directory.GetDirectories(service.DataFolder, "checkpoint", SearchOption.AllDirectories).Single(), "go"), "", Cancel);

        var status = await service.FinishAsync(job);
        Assert.Equal(OutcomeCode.ImageNotFound, status.Outcome!.Code);
        Assert.Contains("orca-training/passing:1", status.Message, StringComparison.Ordinal);
        Assert.Equal(JobState.Succeeded, (await service.FinishAsync(next)).State);
    }

    private static Task<Service> StartAsync(EngineProxy engine) => Service.StartAsync(
        o => o.ReconcilePeriod = TimeSpan.FromSeconds(1), engine.Endpoint.ToString(), o => o.CallTimeout = TimeSpan.FromSeconds(2));
}
