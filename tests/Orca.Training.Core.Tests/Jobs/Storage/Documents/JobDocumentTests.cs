using CsCheck;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage.Documents;
using Orca.Training.Testing.Conformance.Jobs;
using Orca.Training.Tracking;

namespace Orca.Training.Tests.Jobs.Storage.Documents;

/// <summary>Stored documents outlive versions: what is written today must be read for ever, and an older host must lose nothing of a newer one's.</summary>
public sealed class JobDocumentTests
{
    // As the first version wrote a new job: this never changes.
    private const string First =
        """{"v":1,"job":{"request":{"algorithm":"a","datasetId":"d","datasetVersion":"","name":"","outputModelName":"","parameters":{},"labels":{},"workers":1},"revision":1,"state":"Queued","submittedAt":"2030-01-01T00:00:00+00:00","deferrals":0,"lastAttempt":0,"attempts":[],"progress":{"metrics":{},"position":{"timestamp":0,"lines":0}},"artifacts":[]}}""";

    [Fact]
    public void What_is_written_is_read_whatever_happened_to_the_job() =>
        AnyCommand.Gen(jobs: 1).Array[0, 30].Sample(commands =>
        {
            var job = JobSamples.Waiting(7);
            foreach (var command in commands)
            {
                job = JobTransitions.Apply(job, command.On(job.Id, JobSamples.At(1)), out var next) is Rejection.None ? next! : job;
            }

            Assert.Equal(job.Text(), JobDocument.Read(job.Id, JobDocument.Write(job)).Text());
        }, iter: 500);

    [Fact]
    public void A_document_is_written_so_and_a_change_of_this_is_a_new_version() =>
        Assert.Equal(
            """
            {"v":6,"job":{"request":{"algorithm":"a","datasetId":"d","datasetVersion":"","name":"","outputModelName":"","parameters":{},"labels":{},"workers":1,"dependsOn":[],"isHeld":false},"user":"ann","revision":4,"state":"Failed","submittedAt":"2030-01-01T00:00:00+00:00","finishedAt":"2030-01-01T00:03:00+00:00","deferrals":0,"lastAttempt":1,"attempts":[{"number":1,"machine":"m1","createdAt":"2030-01-01T00:01:00+00:00","startedAt":"2030-01-01T00:02:00+00:00","endedAt":"2030-01-01T00:03:00+00:00","incarnations":["c1"],"outcome":{"code":"LaunchFailed","message":"No."}}],"progress":{"done":1,"total":2,"metrics":{},"position":{"timestamp":5,"lines":1}},"outcome":{"code":"LaunchFailed","message":"No."},"artifacts":[]}}
            """,
            JobDocument.Write(JobSamples.In(JobState.Failed)));

    [Fact]
    public void What_a_training_announced_is_written_while_it_runs() =>
        Assert.Contains(
            """
            "progress":{"done":1,"total":2,"metrics":{},"position":{"timestamp":5,"lines":1},"announced":[{"name":"model.bin","size":3,"sha256":"abc"},{"name":"log"}]}
            """,
            JobDocument.Write(JobSamples.In(JobState.Running).After(new JobCommand.RecordProgress(new JobId(1), 1, JobSamples.HalfDone, JobSamples.At(3)))),
            StringComparison.Ordinal);

    [Fact]
    public void What_of_an_output_is_not_kept_is_written_and_read_again()
    {
        var progress = JobSamples.HalfDone with { LeftOut = new OutputLeftOut(7, 2, 1) };
        var job = JobSamples.In(JobState.Running).After(new JobCommand.RecordProgress(new JobId(1), 1, progress, JobSamples.At(3)));
        var written = JobDocument.Write(job);

        Assert.Contains("\"leftOut\":{\"points\":7,\"values\":2,\"artifacts\":1}", written, StringComparison.Ordinal);
        Assert.Equal(job.Text(), JobDocument.Read(job.Id, written).Text());
    }

    [Fact]
    public void All_that_can_be_asked_for_is_written_so_and_read_again()
    {
        var request = new TrainingRequest
        {
            Algorithm = "a",
            DatasetId = "d",
            Group = "sweep",
            IdempotencyKey = "k",
            DependsOn = [new JobId(3), new JobId(5)],
            IsHeld = true,
            Timeouts = new TrainingTimeouts { Queued = TimeSpan.FromMinutes(1), NoProgress = TimeSpan.FromDays(2) },
            Retries = new RetryPolicy { MaxRetries = 2, On = [OutcomeCode.OutOfMemory] },
        };
        var job = JobTransitions.Create(new JobId(7), new JobCommand.Submit(request, null, JobSamples.At(0)) { Fingerprint = "f" })
            .After(new JobCommand.RequestRelease(new JobId(7), JobSamples.At(1)))
            .After(new JobCommand.RequestHold(new JobId(7), JobSamples.At(2)));
        var written = JobDocument.Write(job);

        Assert.Equal(
            """
            {"v":6,"job":{"request":{"algorithm":"a","datasetId":"d","datasetVersion":"","name":"","outputModelName":"","parameters":{},"labels":{},"workers":1,"group":"sweep","idempotencyKey":"k","dependsOn":[3,5],"isHeld":true,"timeouts":{"queued":"00:01:00","noProgress":"2.00:00:00"},"retries":{"maxRetries":2,"on":["OutOfMemory"],"firstPause":"00:00:10","longestPause":"00:10:00"}},"revision":3,"state":"Queued","submittedAt":"2030-01-01T00:00:00+00:00","deferrals":0,"heldAt":"2030-01-01T00:02:00+00:00","queuedAt":"2030-01-01T00:01:00+00:00","fingerprint":"f","lastAttempt":0,"attempts":[],"progress":{"metrics":{},"position":{"timestamp":0,"lines":0}},"artifacts":[]}}
            """,
            written);
        Assert.Equal(job.Text(), JobDocument.Read(job.Id, written).Text());
    }

    [Fact]
    public void What_the_version_without_pools_wrote_has_none_and_asks_for_what_its_algorithm_gives()
    {
        const string fifth =
            """{"v":5,"job":{"request":{"algorithm":"a","datasetId":"d","datasetVersion":"","name":"","outputModelName":"","inputModel":"m:1","rerunOf":4,"parameters":{},"labels":{},"workers":1,"dependsOn":[],"isHeld":false},"user":"ann","team":"t","revision":2,"state":"Launching","submittedAt":"2030-01-01T00:00:00+00:00","deferrals":0,"lastAttempt":1,"attempts":[{"number":1,"machine":"m1","createdAt":"2030-01-01T00:01:00+00:00","incarnations":[],"given":{"cpus":0.5,"memoryBytes":1073741824,"gpus":2}}],"progress":{"metrics":{},"position":{"timestamp":0,"lines":0}},"artifacts":[]}}""";

        var job = JobDocument.Read(new JobId(2), fifth);

        Assert.Equal((null, null, 0, null), (job.Pool, job.Request.Pool, job.Request.Priority, job.Request.Resources));
        Assert.Equal(("m:1", new JobId(4), "t"), (job.Request.InputModel, job.Request.RerunOf!.Value, job.Team));
        Assert.Equal(new Grant(0.5, 1 << 30, 2), job.OpenAttempt!.Given);
    }

    [Fact]
    public void A_pool_an_order_and_resources_are_written_so_and_need_a_host_that_knows_them()
    {
        var id = new JobId(1);
        var request = JobSamples.Request() with
        {
            Pool = "night",
            Priority = -3,
            Resources = new TrainingResources { Cpus = 0.5, MemoryMiB = 64, Gpus = 1, GpuKind = "A100" },
        };
        var job = JobTransitions.Create(id, new JobCommand.Submit(request, null, JobSamples.At(0)) { Pool = "day" })
            .After(new JobCommand.BeginAttempt(id, 1, "m1", JobSamples.At(1)) { Given = new Grant(0.5, 1 << 26, 1) { GpuKind = "A100", Pool = "day" } });
        var written = JobDocument.Write(job);

        Assert.StartsWith("{\"v\":6,\"needs\":6,\"job\":", written, StringComparison.Ordinal);
        Assert.Contains("""
            "pool":"night","priority":-3,"resources":{"cpus":0.5,"memoryMiB":64,"gpus":1,"gpuKind":"A100"}
            """.Trim(), written, StringComparison.Ordinal);
        Assert.Contains("\"gpus\":1,\"gpuKind\":\"A100\",\"pool\":\"day\"}", written, StringComparison.Ordinal);
        Assert.Equal(job.Text(), JobDocument.Read(id, written).Text());
    }

    [Fact]
    public void Each_of_them_needs_a_host_that_knows_it_and_what_leaves_them_out_none()
    {
        var job = JobSamples.Waiting();
        Job[] pooled =
        [
            job with { Pool = "p" },
            job with { Request = job.Request with { Pool = "p" } },
            job with { Request = job.Request with { Priority = 1 } },
            job with { Request = job.Request with { Resources = new TrainingResources { Gpus = 0 } } },
        ];

        Assert.All(pooled, j => Assert.Contains("\"needs\":6", JobDocument.Write(j), StringComparison.Ordinal));
        Assert.DoesNotContain("needs", JobDocument.Write(job), StringComparison.Ordinal);
    }

    [Fact]
    public void A_request_that_leaves_them_out_is_no_larger_for_them()
    {
        var (one, other) = (JobSamples.Request(), JobSamples.Request());
        var extras = typeof(TrainingRequest).GetField("_extras", System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Instance)!;

        Assert.Same(extras.GetValue(one), extras.GetValue(other));
        Assert.Same(extras.GetValue(one), extras.GetValue(JobDocument.Read(new JobId(1), JobDocument.Write(JobSamples.Waiting())).Request));
        Assert.Same(extras.GetValue(one), extras.GetValue(one with { Pool = null, Priority = 0, Resources = null, Workers = 3 }));
    }

    [Fact]
    public void What_was_executed_and_what_it_made_is_written_so_and_read_again()
    {
        var id = new JobId(1);
        var executed = new Execution("img:1", "sha256:ab", ["server"], new Dictionary<string, string> { ["LR"] = "1" });
        var request = JobSamples.Request() with { InputModel = "m:2", RerunOf = new JobId(4) };
        var job = JobTransitions.Create(id, new JobCommand.Submit(request, null, JobSamples.At(0)))
            .After(new JobCommand.BeginAttempt(id, 1, "m1", JobSamples.At(1)))
            .After(new JobCommand.BeginRunning(id, 1, ["c1"], JobSamples.At(2)) { Execution = executed })
            .After(new JobCommand.Publish(id, 1, [], TrainingProgress.None, JobSamples.At(3)) { ModelVersion = 7 });
        var written = JobDocument.Write(job);

        Assert.Contains("""
            "execution":{"image":"img:1","digest":"sha256:ab","command":["server"],"parameters":{"LR":"1"}}
            """.Trim(), written, StringComparison.Ordinal);
        Assert.Contains("\"inputModel\":\"m:2\",\"rerunOf\":4", written, StringComparison.Ordinal);
        Assert.Contains("\"modelVersion\":7", written, StringComparison.Ordinal);
        Assert.Equal(job.Text(), JobDocument.Read(id, written).Text());
    }

    [Fact]
    public void Whose_a_job_is_and_who_asked_for_what_is_written_so_and_read_again()
    {
        var id = new JobId(1);
        var job = JobTransitions.Create(id, new JobCommand.Submit(JobSamples.Request(), "ann", JobSamples.At(0)) { Team = "vision" })
            .After(new JobCommand.RequestHold(id, JobSamples.At(1)) { By = "bob" })
            .After(new JobCommand.RequestCancel(id, JobSamples.At(2)) { By = "cleo" });
        var written = JobDocument.Write(job);

        Assert.Contains("\"user\":\"ann\",\"team\":\"vision\"", written, StringComparison.Ordinal);
        Assert.Contains("\"cancelRequestedBy\":\"cleo\"", written, StringComparison.Ordinal);
        Assert.Contains("\"heldBy\":\"bob\"", written, StringComparison.Ordinal);
        Assert.Equal(job.Text(), JobDocument.Read(id, written).Text());
    }

    [Fact]
    public void What_the_version_without_teams_wrote_belongs_to_none_and_was_asked_for_by_nobody()
    {
        const string fourth =
            """{"v":4,"job":{"request":{"algorithm":"a","datasetId":"d","datasetVersion":"","name":"","outputModelName":"","parameters":{},"labels":{},"workers":1,"dependsOn":[],"isHeld":true},"user":"ann","revision":2,"state":"Queued","submittedAt":"2030-01-01T00:00:00+00:00","deferrals":0,"cancelRequestedAt":"2030-01-01T00:01:00+00:00","heldAt":"2030-01-01T00:00:00+00:00","lastAttempt":0,"attempts":[],"progress":{"metrics":{},"position":{"timestamp":0,"lines":0}},"artifacts":[]}}""";

        var job = JobDocument.Read(new JobId(2), fourth);

        Assert.Equal(("ann", null, null, null), (job.User, job.Team, job.HeldBy, job.CancelRequestedBy));
        Assert.Equal((JobSamples.At(0), JobSamples.At(1)), (job.HeldAt, job.CancelRequestedAt));
    }

    [Fact]
    public void What_an_attempt_was_given_is_written_so_and_read_again()
    {
        var begin = new JobCommand.BeginAttempt(new JobId(1), 1, "m1", JobSamples.At(1)) { Given = new Grant(0.5, 1 << 30, 2) };
        var job = JobSamples.Waiting().After(begin);
        var written = JobDocument.Write(job);

        Assert.Contains("\"given\":{\"cpus\":0.5,\"memoryBytes\":1073741824,\"gpus\":2}", written, StringComparison.Ordinal);
        Assert.Equal(begin.Given, JobDocument.Read(job.Id, written).OpenAttempt!.Given);
    }

    [Fact]
    public void A_job_that_is_tried_again_five_thousand_times_stays_small_and_knows_how_often_it_failed()
    {
        var job = JobSamples.Waiting();
        job = job with { Request = job.Request with { Retries = new RetryPolicy { MaxRetries = 5_001 } } };
        for (var n = 1; n <= 5_000; n++)
        {
            job = job.After(new JobCommand.BeginAttempt(job.Id, n, "m1", JobSamples.At(n)));
            var outcome = new Outcome(n % 5 == 0 ? OutcomeCode.Preempted : OutcomeCode.NonZeroExit, $"It ended, try {n}.");
            job = job.After(new JobCommand.Retry(job.Id, n, outcome, "again", null, JobSamples.At(n), JobSamples.At(n)));
        }

        var written = JobDocument.Write(job);
        var read = JobDocument.Read(job.Id, written);

        Assert.InRange(written.Length, 0, 8_000);
        Assert.Equal([1, 2, .. Enumerable.Range(4_993, 8)], read.Attempts.Select(a => a.Number));
        Assert.Equal((4_990, 4_000), (read.Past!.Count, read.Past.Failed() + read.Attempts.Count(a => a.Outcome!.Code != OutcomeCode.Preempted)));
        var last = read.After(new JobCommand.BeginAttempt(job.Id, 5_001, "m1", JobSamples.At(5_001)));
        Assert.Equal("Attempt 5001 ended with NonZeroExit; this is retry 4001 of 5001.", Retries.After(last, new Outcome(OutcomeCode.NonZeroExit, "It ended."))!.Value.Reason);
    }

    [Fact]
    public void What_the_first_version_wrote_reads_as_a_new_job_of_today()
    {
        var expected = new Job { Id = new JobId(3), Request = new TrainingRequest { Algorithm = "a", DatasetId = "d" }, SubmittedAt = JobSamples.At(0) };

        Assert.Equal(expected.Text(), JobDocument.Read(new JobId(3), First).Text());
    }

    [Fact]
    public void What_a_newer_version_wrote_is_written_back_where_it_was()
    {
        var newer = First.Replace("\"v\":1", "\"v\":9,\"stamp\":\"x\"", StringComparison.Ordinal)
            .Replace("\"datasetId\":\"d\"", "\"datasetId\":\"d\",\"urgency\":{\"class\":9}", StringComparison.Ordinal)
            .Replace("\"submittedAt\"", "\"bids\":[1,null],\"submittedAt\"", StringComparison.Ordinal);

        var job = JobDocument.Read(new JobId(1), newer).After(new JobCommand.RequestCancel(new JobId(1), JobSamples.At(1)));
        var written = JobDocument.Write(job);

        Assert.Contains("\"v\":9", written, StringComparison.Ordinal);
        Assert.Contains("\"stamp\":\"x\"", written, StringComparison.Ordinal);
        Assert.Contains("\"urgency\":{\"class\":9}", written, StringComparison.Ordinal);
        Assert.Contains("\"bids\":[1,null]", written, StringComparison.Ordinal);
        Assert.Equal(job.Text(), JobDocument.Read(new JobId(1), written).Text());
    }

    [Fact]
    public void What_a_newer_version_wrote_goes_with_what_it_belongs_to()
    {
        var launching = JobDocument.Write(JobSamples.Starting());
        var newer = launching.Replace("\"v\":6", "\"v\":9", StringComparison.Ordinal)
            .Replace("\"phase\":{", "\"phase\":{\"layers\":3,", StringComparison.Ordinal)
            .Replace("\"number\":1", "\"number\":1,\"node\":\"n1\"", StringComparison.Ordinal);
        var job = JobDocument.Read(new JobId(1), newer);

        var running = JobDocument.Write(job.After(new JobCommand.BeginRunning(job.Id, 1, ["c"], JobSamples.At(2))));
        var putOff = job.After(new JobCommand.Defer(job.Id, 1, "no room", JobSamples.At(9), JobSamples.At(2)));
        var again = JobDocument.Write(putOff.After(new JobCommand.BeginAttempt(job.Id, 2, "m2", JobSamples.At(3))));

        Assert.Contains("\"node\":\"n1\"", running, StringComparison.Ordinal);
        Assert.DoesNotContain("layers", running, StringComparison.Ordinal);
        Assert.DoesNotContain("\"node\":\"n1\"", again, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"v":9,"needs":7,"job":{"request":{"algorithm":"a","datasetId":"d"},"submittedAt":"2030-01-01T00:00:00+00:00"}}""", "it needs a host that supports version 7 of the job documents, and this host supports version 6: upgrade this host")]
    [InlineData("null", "it is empty")]
    [InlineData("{", "The stored document of job 5 cannot be read")]
    public void A_document_that_cannot_be_understood_names_the_job_and_the_way_out(string document, string says)
    {
        var refused = Assert.Throws<JobDocumentException>(() => JobDocument.Read(new JobId(5), document));

        Assert.StartsWith("The stored document of job 5 cannot be read: ", refused.Message, StringComparison.Ordinal);
        Assert.Contains(says, refused.Message, StringComparison.Ordinal);
    }
}
