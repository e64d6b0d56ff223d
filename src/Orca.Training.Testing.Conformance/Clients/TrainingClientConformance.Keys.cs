using Orca.Training.Client;
using Orca.Training.Jobs;

namespace Orca.Training.Testing.Conformance.Clients;

/// <summary>Submissions that are repeated by their idempotency key.</summary>
public abstract partial class TrainingClientConformance
{
    [Fact]
    public async Task A_submission_that_is_repeated_with_its_key_is_the_same_job()
    {
        var (installation, client) = await InstallAsync();
        var request = Samples.Request with { DatasetVersion = "", InputModel = null, DependsOn = [], Workers = 1, Pool = null, Resources = Installation.Resources, Labels = Labels("b", "1", "a", "2"), IdempotencyKey = "order 17", Name = "n", Group = "g" };
        var job = await client.TrainAsync(request, Token);

        Assert.Equal(job, await client.TrainAsync(request with { Labels = Labels("a", "2", "b", "1") }, Token));
        await installation.EndAsync(job, JobState.Failed);
        Assert.Equal(job, await client.TrainAsync(request, Token));

        Assert.Single((await client.ListTrainingsAsync(new TrainingQuery(), Token)).Trainings);
    }

    [Fact]
    public async Task Callers_who_repeat_at_the_same_time_are_told_of_one_job()
    {
        var (_, client) = await InstallAsync();
        var request = Installation.Request with { IdempotencyKey = "k" };

        var jobs = await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => Task.Run(() => client.TrainAsync(request, Token), Token)));

        Assert.Single(jobs.Distinct());
        Assert.Single((await client.ListTrainingsAsync(new TrainingQuery(), Token)).Trainings);
    }

    [Fact]
    public async Task A_key_stands_for_one_request_and_says_for_which_job()
    {
        var (_, client) = await InstallAsync();
        var request = Installation.Request with { IdempotencyKey = "k" };
        var job = await client.TrainAsync(request, Token);
        var message = $"The idempotency key 'k' belongs to job {job}, which was submitted with another request. Repeat that request unchanged, or use another key for this one.";
        Func<Task>[] others =
        [
            () => client.TrainAsync(request with { Name = "n" }, Token),
            () => client.TrainAsync(request with { DatasetVersion = "0a1b" }, Token),
            () => client.TrainAsync(request with { IsHeld = true }, Token),
            () => client.TrainAsync(request with { Retries = RetryPolicy.None }, Token),
            () => client.TrainAsync(request with { Algorithm = "gone", Workers = -1 }, Token),
            () => client.TrainAllAsync([Installation.Request], idempotencyKey: "k", cancellationToken: Token),
            () => client.TrainSweepAsync(Samples.Sweep with { Request = request }, Token),
        ];

        foreach (var other in others)
        {
            var refusal = await Assert.ThrowsAsync<TrainingException>(other);
            Assert.Equal((TrainingError.AlreadyExists, message), (refusal.Error, refusal.Message));
        }

        Assert.Single((await client.ListTrainingsAsync(new TrainingQuery(), Token)).Trainings);
    }

    [Fact]
    public async Task A_key_is_its_users_own()
    {
        var (installation, ada) = await InstallAsync("ada");
        var bob = await ReachAsync(installation.Clients, "bob");
        var nobody = await ReachAsync(installation.Clients, user: null);
        var request = Installation.Request with { IdempotencyKey = "k" };

        JobId[] jobs = [await ada.TrainAsync(request, Token), await bob.TrainAsync(request with { Name = "n" }, Token), await nobody.TrainAsync(request, Token)];

        Assert.Equal(3, jobs.Distinct().Count());
        JobId[] again = [await ada.TrainAsync(request, Token), await bob.TrainAsync(request with { Name = "n" }, Token), await nobody.TrainAsync(request, Token)];
        Assert.Equal(jobs, again);
    }

    [Fact]
    public async Task A_key_that_was_refused_with_a_wrong_request_is_free()
    {
        var (_, client) = await InstallAsync();
        var wrong = Installation.Request with { IdempotencyKey = "k", DatasetId = "letters" };
        await Assert.ThrowsAsync<TrainingException>(() => client.TrainAsync(wrong, Token));

        var job = await client.TrainAsync(wrong with { DatasetId = "digits" }, Token);

        Assert.Equal("k", (await client.GetTrainingStatusAsync(job, Token)).Request.IdempotencyKey);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("named")]
    public async Task A_batch_that_is_repeated_with_its_key_is_the_same_jobs(string? name)
    {
        var (installation, client) = await InstallAsync("ada");
        var bob = await ReachAsync(installation.Clients, "bob");
        TrainingRequest[] requests = [Installation.Request, Installation.Request with { Name = "two" }];
        var first = await client.TrainAllAsync(requests, name, "k", Token);
        var others = await bob.TrainAllAsync(requests, first.Name, "k", Token);
        await client.TrainAsync(Installation.Request with { Group = first.Name }, Token);
        await client.TrainAllAsync(requests, first.Name, "another", Token);

        var again = await client.TrainAllAsync(requests, name, "k", Token);

        Assert.Equal(first.Name, again.Name);
        Assert.Equal(first.Jobs, again.Jobs);
        Assert.Empty(first.Jobs.Intersect(others.Jobs));
        var refusal = await Assert.ThrowsAsync<TrainingException>(() => client.TrainAllAsync([requests[1], requests[0]], name, "k", Token));
        Assert.Equal(TrainingError.AlreadyExists, refusal.Error);
        refusal = await Assert.ThrowsAsync<TrainingException>(() => client.TrainAllAsync(requests, "other", "k", Token));
        Assert.Equal(TrainingError.AlreadyExists, refusal.Error);
    }

    [Fact]
    public async Task A_sweep_that_is_repeated_with_its_key_is_the_same_jobs()
    {
        var (_, client) = await InstallAsync();
        var sweep = Samples.Sweep with { Request = Samples.Sweep.Request with { IdempotencyKey = "k" } };

        var first = await client.TrainSweepAsync(sweep, Token);
        var again = await client.TrainSweepAsync(sweep, Token);

        Assert.Equal(Samples.Text(first), Samples.Text(again));
        Assert.Equal(6, (await client.ListTrainingsAsync(new TrainingQuery(), Token)).Trainings.Count);
        var refusal = await Assert.ThrowsAsync<TrainingException>(() => client.TrainSweepAsync(sweep with { Grid = [sweep.Grid[1], sweep.Grid[0]] }, Token));
        Assert.Equal(TrainingError.AlreadyExists, refusal.Error);
    }
}
