using Orca.Training.Client;
using Orca.Training.Jobs;

namespace Orca.Training.Testing.Conformance.Clients;

/// <summary>What a queued job waits for beside room: its release, other jobs, another attempt.</summary>
public abstract partial class TrainingClientConformance
{
    [Fact]
    public async Task A_queued_job_is_held_and_released_and_both_can_be_repeated()
    {
        var (installation, client) = await InstallAsync();
        var job = await client.TrainAsync(Installation.Request, Token);

        await client.ReleaseTrainingAsync(job, Token);
        await client.HoldTrainingAsync(job, Token);
        await client.HoldTrainingAsync(job, Token);
        var held = await client.GetTrainingStatusAsync(job, Token);
        await client.ReleaseTrainingAsync(job, Token);
        await client.ReleaseTrainingAsync(job, Token);

        Assert.Equal((2, "Held: it starts after it is released."), (held.Revision, held.Message));
        Assert.NotNull(held.HeldAt);
        Assert.Null((await client.GetTrainingStatusAsync(job, Token)).HeldAt);
        Assert.Equal(3, (await installation.ReadAsync(job)).Revision);
    }

    [Fact]
    public async Task A_job_can_be_submitted_held()
    {
        var (_, client) = await InstallAsync();

        var status = await client.GetTrainingStatusAsync(await client.TrainAsync(Installation.Request with { IsHeld = true }, Token), Token);

        Assert.Equal(status.SubmittedAt, status.HeldAt);
        Assert.Equal(JobState.Queued, status.State);
    }

    [Fact]
    public async Task What_a_request_says_of_its_order_and_resources_is_in_its_status()
    {
        var (installation, client) = await InstallAsync();
        var request = Installation.Request with { Priority = -1000, Resources = Installation.Resources };

        var status = await client.GetTrainingStatusAsync(await client.TrainAsync(request, Token), Token);
        var plain = await client.GetTrainingStatusAsync(await client.TrainAsync(Installation.Request with { Resources = new TrainingResources() }, Token), Token);

        Assert.Equal((-1000, Installation.Resources, null), (status.Request.Priority, status.Request.Resources, status.Pool));
        Assert.Equal((0, null, null), (plain.Request.Priority, plain.Request.Resources, plain.Pool));
        Assert.Equal(request.Resources, (await installation.ReadAsync(status.JobId)).Request.Resources);
    }

    [Fact]
    public async Task A_job_that_is_not_queued_is_neither_held_nor_released()
    {
        var (installation, client) = await InstallAsync();
        var running = await client.TrainAsync(Installation.Request, Token);
        var ended = await client.TrainAsync(Installation.Request, Token);
        await installation.RunAsync(running);
        await installation.EndAsync(ended, JobState.Cancelled);

        await RefusedAsync(client.HoldTrainingAsync(running, Token), $"Job {running} cannot be held: it is already Running.");
        await RefusedAsync(client.ReleaseTrainingAsync(running, Token), $"Job {running} cannot be released: it is already Running.");
        await RefusedAsync(client.HoldTrainingAsync(ended, Token), $"Job {ended} cannot be held: it is already Cancelled.");
        await RefusedAsync(client.ReleaseTrainingAsync(ended, Token), $"Job {ended} cannot be released: it is already Cancelled.");

        static async Task RefusedAsync(Task call, string message)
        {
            var refusal = await Assert.ThrowsAsync<TrainingException>(() => call);
            Assert.Equal((TrainingError.FailedPrecondition, message), (refusal.Error, refusal.Message));
        }
    }

    [Fact]
    public async Task A_job_says_which_jobs_it_waits_for()
    {
        var (installation, client) = await InstallAsync();
        var first = await client.TrainAsync(Installation.Request, Token);
        var second = await client.TrainAsync(Installation.Request, Token);
        var job = await client.TrainAsync(Installation.Request with { DependsOn = [first, second] }, Token);

        await SaysAsync($"Queued: waiting for jobs {first} and {second} to succeed.");
        await installation.SucceedAsync(first);
        await SaysAsync($"Queued: waiting for job {second} to succeed.");
        await installation.RunAsync(second);
        await SaysAsync($"Queued: waiting for job {second} to succeed.");
        await installation.EndRunAsync(second);
        for (var tries = 0; tries < 500 && (await client.GetTrainingStatusAsync(job, Token)).QueuePosition != 1; tries++)
        {
            // A host's view of the queue follows the store a moment later.
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Token);
        }

        await SaysAsync("Queued, next in line.");

        async Task SaysAsync(string message)
        {
            Assert.Equal(message, (await client.GetTrainingStatusAsync(job, Token)).Message);
            Assert.Equal([message], (await client.GetTrainingStatusesAsync([job], Token)).Select(s => s!.Message));
            Assert.Equal(message, (await client.ListTrainingsAsync(new TrainingQuery { PageSize = 1 }, Token)).Trainings[0].Message);
            Assert.Equal(message, (await client.WatchTrainingAsync(job, cancellationToken: Token).FirstAsync(Token)).Message);
        }
    }

    [Fact]
    public async Task What_a_job_depends_on_may_have_ended_in_any_way()
    {
        var (installation, client) = await InstallAsync();
        var failed = await client.TrainAsync(Installation.Request, Token);
        await installation.EndAsync(failed, JobState.Failed);

        var job = await client.TrainAsync(Installation.Request with { DependsOn = [failed] }, Token);

        Assert.Equal([failed], (await client.GetTrainingStatusAsync(job, Token)).Request.DependsOn);
    }

    [Fact]
    public async Task A_status_tells_each_attempt_with_its_containers_and_outcome()
    {
        var (installation, client) = await InstallAsync();
        var job = await client.TrainAsync(Installation.Request, Token);
        await installation.RunAsync(job);
        await installation.RetryAsync(job, new Outcome(OutcomeCode.NonZeroExit, "It ended with 3.", 3));

        var waiting = await client.GetTrainingStatusAsync(job, Token);
        await installation.BeginAsync(job, 2);
        var status = await client.GetTrainingStatusAsync(job, Token);

        Assert.Equal(JobState.Queued, waiting.State);
        Assert.NotNull(waiting.NotBefore);
        Assert.EndsWith(" UTC: It is tried again.", waiting.Message, StringComparison.Ordinal);
        Assert.Equal([1, 2], status.Attempts.Select(a => a.Number));
        Assert.Equal(["container"], status.Attempts[0].Incarnations);
        Assert.Equal(new Outcome(OutcomeCode.NonZeroExit, "It ended with 3.", 3), status.Attempts[0].Outcome);
        Assert.NotNull(status.Attempts[0].EndedAt);
        Assert.Equal(("machine", null, null), (status.Attempts[1].Machine, status.Attempts[1].EndedAt, status.Attempts[1].Outcome));
        Assert.Null(status.NotBefore);
    }
}
