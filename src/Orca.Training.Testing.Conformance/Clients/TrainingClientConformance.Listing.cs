using Orca.Training.Client;
using Orca.Training.Jobs;

namespace Orca.Training.Testing.Conformance.Clients;

/// <summary>Several trainings at once: their statuses, and lists of them.</summary>
public abstract partial class TrainingClientConformance
{
    [Fact]
    public async Task Statuses_come_in_the_order_asked_and_what_there_is_not_is_told_apart()
    {
        var (installation, client) = await InstallAsync();
        var first = await client.TrainAsync(Installation.Request, Token);
        var second = await client.TrainAsync(Installation.Request with { Name = "second" }, Token);
        await installation.SucceedAsync(first);

        var statuses = await client.GetTrainingStatusesAsync([second, new JobId(77), first, second, default, new JobId(-1), new JobId(long.MaxValue)], Token);

        Assert.Equal([second, null, first, second, null, null, null], statuses.Select(s => s?.JobId));
        Assert.Equal(Samples.Text(await client.GetTrainingStatusAsync(first, Token)), Samples.Text(statuses[2]));
        Assert.Equal(Samples.Text(await client.GetTrainingStatusAsync(second, Token)), Samples.Text(statuses[0]));
    }

    [Fact]
    public async Task A_status_among_several_has_every_field_and_any_size()
    {
        TrainingStatus?[] all = [Samples.Everything, null, Samples.Least, .. Enumerable.Repeat(Samples.Most, 60)];
        var client = await ReachAsync(new ScriptedClient { Statuses = (_, _) => Task.FromResult<IReadOnlyList<TrainingStatus?>>(all) }, user: null);

        var seen = await client.GetTrainingStatusesAsync([.. all.Select((_, i) => new JobId(i))], Token);

        Assert.Equal(all.Select(Samples.Text), seen.Select(Samples.Text));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(CallLimits.MaxStatuses)]
    public async Task Nothing_and_the_most_can_be_asked_for(int count)
    {
        var (_, client) = await InstallAsync();
        var job = await client.TrainAsync(Installation.Request, Token);

        var statuses = await client.GetTrainingStatusesAsync([.. Enumerable.Repeat(job, count)], Token);

        Assert.Equal(Enumerable.Repeat<JobId?>(job, count), statuses.Select(s => s?.JobId));
    }

    [Fact]
    public async Task A_query_carries_every_field()
    {
        TrainingQuery? seen = null;
        var client = await ReachAsync(new ScriptedClient
        {
            List = (query, _) =>
            {
                seen = query;
                return Task.FromResult(new TrainingPage([Samples.Everything, Samples.Least], "next"));
            },
        }, user: null);

        var page = await client.ListTrainingsAsync(Samples.Query, Token);

        Assert.Equal(Samples.Text(Samples.Query with { States = seen!.States }), Samples.Text(seen));
        Assert.Equal(Samples.Query.States.ToHashSet(), seen.States.ToHashSet());
        Assert.Equal("next", page.NextPageToken);
        Assert.Equal([Samples.Text(Samples.Everything), Samples.Text(Samples.Least)], page.Trainings.Select(Samples.Text));
    }

    [Fact]
    public async Task A_list_shows_the_newest_first_fifty_at_a_time()
    {
        var (_, client) = await InstallAsync();
        Assert.Equal((0, null), await CountAsync(null));
        var jobs = await SubmitAsync(client, 101);

        var first = await client.ListTrainingsAsync(new TrainingQuery(), Token);
        var second = await client.ListTrainingsAsync(new TrainingQuery { PageToken = first.NextPageToken }, Token);
        var third = await client.ListTrainingsAsync(new TrainingQuery { PageToken = second.NextPageToken }, Token);

        Assert.Equal((50, 50, 1), (first.Trainings.Count, second.Trainings.Count, third.Trainings.Count));
        Assert.Null(third.NextPageToken);
        Assert.Equal(jobs.AsEnumerable().Reverse(), first.Trainings.Concat(second.Trainings).Concat(third.Trainings).Select(t => t.JobId));
        Assert.Equal(Samples.Text(await client.GetTrainingStatusAsync(jobs[60], Token)), Samples.Text(first.Trainings[40]));

        async Task<(int, string?)> CountAsync(string? token)
        {
            var page = await client.ListTrainingsAsync(new TrainingQuery { PageToken = token }, Token);
            return (page.Trainings.Count, page.NextPageToken);
        }
    }

    [Fact]
    public async Task A_page_that_ends_with_the_last_training_has_no_next_one()
    {
        var (_, client) = await InstallAsync();
        await SubmitAsync(client, 4);

        var first = await client.ListTrainingsAsync(new TrainingQuery { PageSize = 2 }, Token);
        var second = await client.ListTrainingsAsync(new TrainingQuery { PageSize = 2, PageToken = first.NextPageToken }, Token);

        Assert.NotNull(first.NextPageToken);
        Assert.Equal((2, null), (second.Trainings.Count, second.NextPageToken));
    }

    [Fact]
    public async Task All_pages_come_as_one_stream_whatever_their_size()
    {
        var (_, client) = await InstallAsync();
        var jobs = await SubmitAsync(client, 25);

        foreach (var size in new[] { 1, 7, 0, CallLimits.MaxPageSize })
        {
            Assert.Equal(jobs, await client.ListAllTrainingsAsync(new TrainingQuery { PageSize = size, OldestFirst = true }, Token).Select(t => t.JobId).ToListAsync(Token));
        }
    }

    [Fact]
    public async Task A_list_shows_what_meets_every_condition()
    {
        var (installation, client) = await InstallAsync("ada");
        var bob = await ReachAsync(installation.Clients, "bob");
        var start = await client.GetTrainingStatusAsync(await client.TrainAsync(Installation.Request with { Labels = Labels("team", "vision", "tier", "1") }, Token), Token);
        var running = await client.TrainAsync(Installation.Request with { Name = "two", Labels = Labels("team", "vision", "tier", "2") }, Token);
        var failed = await bob.TrainAsync(Installation.Request with { Name = "three", Group = "pair", Labels = Labels("team", "speech") }, Token);
        var last = await bob.TrainAsync(Installation.Request with { Group = "pair" }, Token);
        var first = start.JobId;
        await installation.RunAsync(running);
        await installation.EndAsync(failed, JobState.Failed);
        var end = (await client.GetTrainingStatusAsync(last, Token)).SubmittedAt;

        await ExpectAsync(new TrainingQuery(), last, failed, running, first);
        await ExpectAsync(new TrainingQuery { OldestFirst = true }, first, running, failed, last);
        await ExpectAsync(new TrainingQuery { States = [JobState.Queued] }, last, first);
        await ExpectAsync(new TrainingQuery { States = [JobState.Failed, JobState.Running, JobState.Failed] }, failed, running);
        await ExpectAsync(new TrainingQuery { States = [JobState.Succeeded] });
        await ExpectAsync(new TrainingQuery { User = "ada" }, running, first);
        await ExpectAsync(new TrainingQuery { User = "Ada" });
        await ExpectAsync(new TrainingQuery { User = "bob", States = [JobState.Queued] }, last);
        await ExpectAsync(new TrainingQuery { Algorithm = "cnn", DatasetId = "digits", Name = "two" }, running);
        await ExpectAsync(new TrainingQuery { Algorithm = "rnn" });
        await ExpectAsync(new TrainingQuery { DatasetId = "letters" });
        await ExpectAsync(new TrainingQuery { Group = "pair" }, last, failed);
        await ExpectAsync(new TrainingQuery { Group = "pair", States = [JobState.Queued] }, last);
        await ExpectAsync(new TrainingQuery { Group = "Pair" });
        await ExpectAsync(new TrainingQuery { Labels = Labels("team", "vision") }, running, first);
        await ExpectAsync(new TrainingQuery { Labels = Labels("team", "vision", "tier", "2") }, running);
        await ExpectAsync(new TrainingQuery { Labels = Labels("team", "vision", "owner", "") });
        await ExpectAsync(new TrainingQuery { SubmittedFrom = start.SubmittedAt, SubmittedBefore = end.AddTicks(1) }, last, failed, running, first);
        await ExpectAsync(new TrainingQuery { SubmittedBefore = start.SubmittedAt });
        await ExpectAsync(new TrainingQuery { SubmittedFrom = end.AddTicks(1) });
        await ExpectAsync(new TrainingQuery { User = "", Algorithm = "", Name = "", Group = "", DatasetId = "", PageToken = "", Labels = null!, States = null! }, last, failed, running, first);

        async Task ExpectAsync(TrainingQuery query, params JobId[] expected) =>
            Assert.Equal(expected, (await client.ListTrainingsAsync(query, Token)).Trainings.Select(t => t.JobId));
    }

    [Fact]
    public async Task Pages_show_each_training_once_while_trainings_come_and_move()
    {
        var (installation, client) = await InstallAsync();
        var jobs = await SubmitAsync(client, 6);
        var first = await client.ListTrainingsAsync(new TrainingQuery { PageSize = 2 }, Token);
        await SubmitAsync(client, 1);
        await installation.SucceedAsync(jobs[5]);
        await installation.RunAsync(jobs[2]);
        var second = await client.ListTrainingsAsync(new TrainingQuery { PageSize = 3, PageToken = first.NextPageToken }, Token);
        await installation.EndAsync(jobs[0], JobState.Cancelled);
        var third = await client.ListTrainingsAsync(new TrainingQuery { PageToken = second.NextPageToken }, Token);

        Assert.Equal(
            [(jobs[5], JobState.Queued), (jobs[4], JobState.Queued), (jobs[3], JobState.Queued), (jobs[2], JobState.Running), (jobs[1], JobState.Queued), (jobs[0], JobState.Cancelled)],
            first.Trainings.Concat(second.Trainings).Concat(third.Trainings).Select(t => (t.JobId, t.State)));
        Assert.Null(third.NextPageToken);
    }

    [Fact]
    public async Task A_page_of_large_statuses_is_short_and_the_list_is_whole()
    {
        var (_, client) = await InstallAsync();
        var large = Installation.Request with { Parameters = Enumerable.Range(0, 15).ToDictionary(i => $"P{i}", _ => new string('ä', 4096)) };
        var jobs = new List<JobId>();
        for (var i = 0; i < 40; i++)
        {
            jobs.Add(await client.TrainAsync(large, Token));
        }

        var query = new TrainingQuery { PageSize = 40, OldestFirst = true };
        var page = await client.ListTrainingsAsync(query, Token);

        Assert.InRange(page.Trainings.Count, 1, 39);
        Assert.Equal(jobs, await client.ListAllTrainingsAsync(query, Token).Select(t => t.JobId).ToListAsync(Token));
    }

    [Fact]
    public async Task A_page_token_holds_for_its_own_list_in_its_own_installation()
    {
        var (_, client) = await InstallAsync();
        var (_, other) = await InstallAsync();
        await SubmitAsync(client, 2);
        var query = new TrainingQuery { PageSize = 1, States = [JobState.Queued, JobState.Running], Labels = Labels("set", "yes") };
        query = query with { PageToken = (await client.ListTrainingsAsync(query, Token)).NextPageToken };
        var last = query.PageToken![^1];
        Assert.Single((await client.ListTrainingsAsync(query with { PageSize = 9, States = [JobState.Running, JobState.Queued] }, Token)).Trainings);

        await RefusedAsync(other, query, "It belongs to another installation, for example from before a restart of a service with jobs in memory: start again with the first page.");
        const string Other = "It belongs to a list with other conditions: repeat those of the previous page, or start again with the first page.";
        await RefusedAsync(client, query with { States = [JobState.Queued] }, Other);
        await RefusedAsync(client, query with { User = "ada" }, Other);
        await RefusedAsync(client, query with { Labels = Labels("set", "no") }, Other);
        await RefusedAsync(client, query with { Group = "g" }, Other);
        await RefusedAsync(client, query with { OldestFirst = true }, Other);
        await RefusedAsync(client, query with { SubmittedBefore = DateTimeOffset.MaxValue }, Other);
        await RefusedAsync(client, query with { PageToken = query.PageToken[1..] + last }, "It is not a page token: give the one of the previous page, or none for the first page.");

        static async Task RefusedAsync(ITrainingClient client, TrainingQuery query, string description)
        {
            var refusal = await Assert.ThrowsAsync<TrainingException>(() => client.ListTrainingsAsync(query, Token));
            Assert.Equal(TrainingError.InvalidArgument, refusal.Error);
            Assert.Equal([new FieldViolation("page_token", description)], refusal.Violations);
        }
    }

    private static async Task<List<JobId>> SubmitAsync(ITrainingClient client, int count)
    {
        var jobs = new List<JobId>();
        for (var i = 0; i < count; i++)
        {
            jobs.Add(await client.TrainAsync(Installation.Request with { Labels = Labels("set", "yes") }, Token));
        }

        return jobs;
    }

    private static Dictionary<string, string> Labels(params string[] namesAndValues) => namesAndValues.Chunk(2).ToDictionary(l => l[0], l => l[1]);
}
