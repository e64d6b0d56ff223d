using Orca.Training.Client;
using Orca.Training.Jobs;

namespace Orca.Training.Testing.Conformance.Clients;

/// <summary>Several trainings by one call: all or none, as a group.</summary>
public abstract partial class TrainingClientConformance
{
    [Fact]
    public async Task A_batch_carries_every_field_of_its_requests()
    {
        var plain = Samples.Request with { Group = null, IdempotencyKey = null };
        (IReadOnlyList<TrainingRequest>, string?, string?) seen = default;
        var answer = new TrainingGroup("mine", [new JobId(4), new JobId(long.MaxValue)]);
        var client = await ReachAsync(new ScriptedClient
        {
            TrainAll = (requests, group, key, _) =>
            {
                seen = (requests, group, key);
                return Task.FromResult(answer);
            },
        }, user: null);

        var group = await client.TrainAllAsync([plain, Installation.Request], "mine", "order 17", Token);

        Assert.Equal(Samples.Text(answer), Samples.Text(group));
        Assert.Equal(Samples.Text<IReadOnlyList<TrainingRequest>>([plain, Installation.Request]), Samples.Text(seen.Item1));
        Assert.Equal(("mine", "order 17"), (seen.Item2, seen.Item3));
    }

    [Fact]
    public async Task A_sweep_carries_every_field()
    {
        TrainingSweep? seen = null;
        var answer = new TrainingGroup("mine", [new JobId(4)]);
        var client = await ReachAsync(new ScriptedClient
        {
            TrainSweep = (sweep, _) =>
            {
                seen = sweep;
                return Task.FromResult(answer);
            },
        }, user: null);
        var asked = Samples.Sweep with { Request = Samples.Request };

        Assert.Equal(Samples.Text(answer), Samples.Text(await client.TrainSweepAsync(asked, Token)));

        Assert.Equal(Samples.Text(asked), Samples.Text(seen));
    }

    [Fact]
    public async Task The_jobs_of_a_batch_are_on_record_together_in_its_order_as_their_callers()
    {
        var (installation, client) = await InstallAsync("ada");
        var earlier = await client.TrainAsync(Installation.Request, Token);

        var group = await client.TrainAllAsync(
            [Installation.Request with { Name = "one" }, Installation.Request with { Name = "two", DependsOn = [earlier] }, Installation.Request with { Name = "three", Group = "trio" }], "trio", cancellationToken: Token);

        Assert.Equal(("trio", 3), (group.Name, group.Jobs.Count));
        var statuses = await client.GetTrainingStatusesAsync(group.Jobs, Token);
        Assert.Equal(
            [("one", "trio", "ada", "0a1b"), ("two", "trio", "ada", "0a1b"), ("three", "trio", "ada", "0a1b")],
            statuses.Select(s => (s!.Request.Name, s.Request.Group, s.User, s.Request.DatasetVersion)));
        Assert.Equal([earlier], (await installation.ReadAsync(group.Jobs[1])).Request.DependsOn);
        Assert.Equal(group.Jobs, await client.ListAllTrainingsAsync(new TrainingQuery { Group = "trio", OldestFirst = true }, Token).Select(t => t.JobId).ToListAsync(Token));
    }

    [Fact]
    public async Task A_group_without_a_name_gets_one_that_no_other_has()
    {
        var (_, client) = await InstallAsync();

        var first = await client.TrainAllAsync([Installation.Request], cancellationToken: Token);
        var second = await client.TrainAllAsync([Installation.Request], "", "", Token);
        var sweep = await client.TrainSweepAsync(Samples.Sweep, Token);

        Assert.Matches("^group-[a-z2-9]{8}$", first.Name);
        Assert.Matches("^group-[a-z2-9]{8}$", second.Name);
        Assert.Matches("^sweep-[a-z2-9]{8}$", sweep.Name);
        Assert.NotEqual(first.Name, second.Name);
        Assert.Equal(first.Name, (await client.GetTrainingStatusAsync(first.Jobs[0], Token)).Request.Group);
    }

    [Fact]
    public async Task The_most_of_a_batch_and_of_a_sweep_can_be_asked_for()
    {
        var (_, client) = await InstallAsync();
        string[] values = [.. Enumerable.Range(0, 10).Select(i => $"{i}")];

        var batch = await client.TrainAllAsync([.. Enumerable.Repeat(Installation.Request, CallLimits.MaxBatch)], cancellationToken: Token);
        var sweep = await client.TrainSweepAsync(new TrainingSweep { Request = Installation.Request, Grid = [new("A", values), new("B", values), new("C", values)] }, Token);

        Assert.Equal((1000, 1000), (batch.Jobs.Distinct().Count(), sweep.Jobs.Distinct().Count()));
        Assert.Equal("A=1 B=2 C=3", (await client.GetTrainingStatusAsync(sweep.Jobs[123], Token)).Request.Name);
    }

    [Fact]
    public async Task A_sweep_is_a_training_for_each_point_of_its_grid_the_last_parameter_first()
    {
        var (_, client) = await InstallAsync();

        var group = await client.TrainSweepAsync(Samples.Sweep with { Request = Samples.Sweep.Request with { Group = "grid", IsHeld = true } }, Token);

        var trainings = await client.GetTrainingStatusesAsync(group.Jobs, Token);
        Assert.Equal("grid", group.Name);
        Assert.All(trainings, t => Assert.Equal(("grid", "3"), (t!.Request.Group, t.Request.Parameters["EPOCHS"])));
        Assert.All(trainings, t => Assert.NotNull(t!.HeldAt));
        Assert.Equal(
            [
                ("search LR=0.1 BATCH_SIZE=32", "0.1", "32"), ("search LR=0.1 BATCH_SIZE=64", "0.1", "64"), ("search LR=0.1 BATCH_SIZE=128", "0.1", "128"),
                ("search LR=0.01 BATCH_SIZE=32", "0.01", "32"), ("search LR=0.01 BATCH_SIZE=64", "0.01", "64"), ("search LR=0.01 BATCH_SIZE=128", "0.01", "128"),
            ],
            trainings.Select(t => (t!.Request.Name, t.Request.Parameters["LR"], t.Request.Parameters["BATCH_SIZE"])));
    }

    [Theory]
    [InlineData("a\nb")]
    [InlineData("long")]
    public async Task Trainings_of_a_sweep_are_numbered_where_their_values_make_no_name(string odd)
    {
        var (_, client) = await InstallAsync();

        var group = await client.TrainSweepAsync(
            new TrainingSweep { Request = Installation.Request with { Name = "s" }, Grid = [new("A", ["1", odd == "long" ? new string('x', 125) : odd])] }, Token);
        var nameless = await client.TrainSweepAsync(new TrainingSweep { Request = Installation.Request, Grid = [new("A", ["\n"])] }, Token);

        Assert.Equal(["s #1", "s #2"], (await client.GetTrainingStatusesAsync(group.Jobs, Token)).Select(s => s!.Request.Name));
        Assert.Equal("#1", (await client.GetTrainingStatusAsync(nameless.Jobs[0], Token)).Request.Name);
    }

    [Fact]
    public async Task A_batch_of_which_one_request_is_wrong_leaves_nothing_behind()
    {
        var (installation, client) = await InstallAsync();

        var refusal = await Assert.ThrowsAsync<TrainingException>(() => client.TrainAllAsync([Installation.Request, Installation.Request with { DatasetVersion = "ffff" }], cancellationToken: Token));

        Assert.Equal(["requests[1].train_data_version_hash"], refusal.Violations.Select(v => v.Field));
        Assert.Empty((await installation.Client.ListTrainingsAsync(new TrainingQuery(), Token)).Trainings);
    }

    [Fact]
    public async Task A_group_is_cancelled_up_to_what_has_ended()
    {
        var (installation, client) = await InstallAsync();
        var group = await client.TrainAllAsync([.. Enumerable.Repeat(Installation.Request, 4)], cancellationToken: Token);
        var other = await client.TrainAsync(Installation.Request, Token);
        await installation.SucceedAsync(group.Jobs[0]);
        await installation.RunAsync(group.Jobs[2]);

        var asked = await client.CancelGroupAsync(group.Name, Token);

        Assert.Equal([group.Jobs[1], group.Jobs[2], group.Jobs[3]], asked);
        Assert.Equal([false, true, true, true, false], (await client.GetTrainingStatusesAsync([.. group.Jobs, other], Token)).Select(s => s!.CancelRequestedAt is not null));
        Assert.Equal(asked, await client.CancelGroupAsync(group.Name, Token));
        Assert.Empty(await client.CancelGroupAsync("another", Token));
    }

    [Fact]
    public async Task A_cancelled_group_is_answered_for_however_many_jobs_it_has()
    {
        JobId[] all = [.. Enumerable.Range(1, 25_000).Select(i => new JobId((1L << 40) + i))];
        var seen = "";
        var client = await ReachAsync(new ScriptedClient
        {
            CancelGroup = (group, _) =>
            {
                seen = group;
                return Task.FromResult<IReadOnlyList<JobId>>(all);
            },
        }, user: null);

        Assert.Equal(all, await client.CancelGroupAsync("mine", Token));

        Assert.Equal("mine", seen);
    }
}
