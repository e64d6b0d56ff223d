using System.Security.Claims;
using Microsoft.Extensions.DependencyInjection;
using Orca.Training.Auditing;
using Orca.Training.Client;
using Orca.Training.Jobs;
using Orca.Training.Testing.Conformance.Clients;
using static Orca.Training.Grpc.Tests.Access.TwoTeams;

namespace Orca.Training.Grpc.Tests.Access;

/// <summary>What callers notice of who they are.</summary>
public sealed class CallersTests : IDisposable
{
    private readonly List<TwoTeams> _made = [];

    private static CancellationToken Token => Patience.Token;

    public void Dispose() => _made.ForEach(t => t.Dispose());

    [Fact]
    public async Task A_job_is_its_submitters_and_its_teams_and_says_who_held_and_cancelled_it()
    {
        var teams = await NewTeamsAsync();
        var things = await teams.MakeAsync();
        var lead = teams.ClientOf("operator");

        await lead.HoldTrainingAsync(things.Queued, Token);
        await lead.CancelTrainingAsync(things.Queued, Token);

        var status = await teams.ClientOf("owner").GetTrainingStatusAsync(things.Queued, Token);
        Assert.Equal(("owner", "vision", "operator", "operator"), (status.User, status.Team, status.HeldBy, status.CancelRequestedBy));
        Assert.Equal("vision", (await lead.Runs.GetAsync(things.Done, Token)).Team);
    }

    [Fact]
    public async Task Two_token_holders_without_a_name_are_refused_and_share_no_key()
    {
        var teams = await NewTeamsAsync();

        var refusal = Assert.Throws<TrainingException>(() => teams.Installation.Clients.For(Support.Callers.With(new Claim("scope", "train"))));

        Assert.Equal(TrainingError.Unauthenticated, refusal.Error);
        var request = Request with { IdempotencyKey = "k" };
        Assert.NotEqual(await teams.ClientOf("owner").TrainAsync(request, Token), await teams.ClientOf("submitter").TrainAsync(request, Token));
    }

    [Fact]
    public async Task A_caller_without_any_role_may_do_nothing_and_hears_what_it_takes()
    {
        var teams = await NewTeamsAsync();

        var refusal = await Assert.ThrowsAsync<TrainingException>(() => teams.ClientOf("guest").ListTrainingsAsync(new TrainingQuery(), Token));

        Assert.Equal(
            (TrainingError.PermissionDenied, "'guest' may not list trainings: this needs the role Viewer, Submitter or Operator, which the host assigns in OrcaTraining:Access."),
            (refusal.Error, refusal.Message));
    }

    [Fact]
    public async Task A_list_is_cut_where_it_is_read_so_that_pages_are_full_and_none_is_empty()
    {
        var teams = await NewTeamsAsync();
        var (mine, theirs) = (teams.ClientOf("owner"), teams.ClientOf("other"));
        var own = new List<JobId>();
        for (var i = 0; i < 30; i++)
        {
            own.Add(await mine.TrainAsync(Request, Token));
            await theirs.TrainAllAsync([Request, Request, Request], cancellationToken: Token);
        }

        var page = await mine.ListTrainingsAsync(new TrainingQuery { PageSize = 20, OldestFirst = true }, Token);
        var next = await mine.ListTrainingsAsync(new TrainingQuery { PageSize = 20, OldestFirst = true, PageToken = page.NextPageToken }, Token);

        Assert.Equal((20, 10, null), (page.Trainings.Count, next.Trainings.Count, next.NextPageToken));
        Assert.Equal(own, page.Trainings.Concat(next.Trainings).Select(t => t.JobId));
        Assert.Empty((await mine.ListTrainingsAsync(new TrainingQuery { User = "other" }, Token)).Trainings);
    }

    [Fact]
    public async Task An_id_is_no_oracle()
    {
        var teams = await NewTeamsAsync();
        var things = await teams.MakeAsync();
        var other = teams.ClientOf("other");

        async Task<string> ToldOfAsync(Func<ITrainingClient, JobId, Task> ask, JobId job) =>
            (await Assert.ThrowsAsync<TrainingException>(() => ask(other, job))).Message.Replace($"{job}", "N", StringComparison.Ordinal);

        foreach (var ask in (Func<ITrainingClient, JobId, Task>[])
            [
                (c, j) => c.GetTrainingStatusAsync(j, Token), (c, j) => c.CancelTrainingAsync(j, Token), (c, j) => c.RerunAsync(j, Token),
                (c, j) => c.Runs.OpenArtifactAsync(j, "model.bin", cancellationToken: Token), (c, j) => c.TrainAsync(Request with { DependsOn = [j] }, Token),
            ])
        {
            Assert.Equal(await ToldOfAsync(ask, new JobId(999_999)), await ToldOfAsync(ask, things.Done));
        }
    }

    [Fact]
    public async Task Submitters_who_share_their_team_see_and_steer_what_each_of_them_submits()
    {
        var teams = await NewTeamsAsync(options => options.SubmittersShareTeam = true);
        var things = await teams.MakeAsync();

        await teams.ClientOf("submitter").CancelTrainingAsync(things.Queued, Token);

        Assert.Equal("submitter", (await teams.ClientOf("submitter").GetTrainingStatusAsync(things.Queued, Token)).CancelRequestedBy);
        var refusal = await Assert.ThrowsAsync<TrainingException>(() => teams.ClientOf("other").CancelTrainingAsync(things.Queued, Token));
        Assert.Equal(TrainingError.NotFound, refusal.Error);
    }

    [Fact]
    public async Task What_is_of_no_team_on_record_is_the_default_team_s_and_names_from_before_belong_to_all()
    {
        var teams = await NewTeamsAsync(options => options.DefaultTeam = "vision");
        var before = await teams.Installation.TrainAsync(0.5, "old-model", ("model.bin", [1]));

        Assert.Equal(before, (await teams.ClientOf("operator").GetTrainingStatusAsync(before, Token)).JobId);
        await Assert.ThrowsAsync<TrainingException>(() => teams.ClientOf("other").GetTrainingStatusAsync(before, Token));

        Assert.Equal(1, (await teams.ClientOf("other").Models.GetAsync("old-model", cancellationToken: Token)).Version);
        await teams.ClientOf("owner").Datasets.AddAsync("digits", [DataInstallation.File("b.csv", "more")], Token);
        var refusal = await Assert.ThrowsAsync<TrainingException>(() => teams.ClientOf("operator").Models.SetAliasAsync("old-model", "production", 1, Token));
        Assert.Equal(
            (TrainingError.PermissionDenied, "'operator' may not move aliases of the model 'old-model': it is shared by all teams, so this needs an operator of all teams."),
            (refusal.Error, refusal.Message));
        await teams.ClientOf("platform").Models.SetAliasAsync("old-model", "production", 1, Token);
    }

    [Fact]
    public async Task A_name_is_the_team_s_that_was_the_first_to_use_it()
    {
        var teams = await NewTeamsAsync();
        var things = await teams.MakeAsync();
        var other = teams.ClientOf("other");

        var added = await Assert.ThrowsAsync<TrainingException>(() => other.Datasets.AddAsync(things.Dataset.DatasetId, [DataInstallation.File("x.csv", "x")], Token));
        var published = await Assert.ThrowsAsync<TrainingException>(() => other.TrainAsync(Request with { OutputModelName = things.Model }, Token));
        var trained = await Assert.ThrowsAsync<TrainingException>(() => other.TrainAsync(Request with { DatasetId = things.Dataset.DatasetId }, Token));

        Assert.Equal(
            (TrainingError.PermissionDenied, $"'other' may not add to the dataset '{things.Dataset.DatasetId}': it belongs to another team. Choose another name."), (added.Error, added.Message));
        Assert.Equal($"output_model_name: The model '{things.Model}' belongs to others: give another name.", published.Message);
        Assert.Equal($"dataset_id: There is no dataset '{things.Dataset.DatasetId}': add it first.", trained.Message);
    }

    [Fact]
    public async Task Each_change_is_one_event_with_who_did_it_to_what_from_where_and_nothing_else_is()
    {
        var teams = await NewTeamsAsync();
        var things = await teams.MakeAsync();
        var (owner, lead, platform) = (teams.ClientOf("owner"), teams.ClientOf("operator"), teams.ClientOf("platform"));
        var before = (await platform.ListAuditAsync(new AuditQuery(), Token)).Count;

        await owner.GetTrainingStatusAsync(things.Queued, Token);
        await owner.HoldTrainingAsync(things.Queued, Token);
        await owner.HoldTrainingAsync(things.Queued, Token);
        await owner.ReleaseTrainingAsync(things.Queued, Token);
        await lead.CancelTrainingAsync(things.Queued, Token);
        await lead.CancelTrainingAsync(things.Queued, Token);
        await owner.Datasets.TagAsync(things.Dataset, "reviewed", Token);
        await lead.Models.SetAliasAsync(things.Model, "production", 1, Token);
        await lead.Models.RemoveAsync(things.Model, 1, Token);
        await lead.Datasets.DeleteAsync(things.Dataset, Token);
        var group = await owner.TrainAllAsync([Request, Request], "pair", "key", Token);
        await owner.TrainAllAsync([Request, Request], "pair", "key", Token);
        await Assert.ThrowsAsync<TrainingException>(() => owner.Datasets.DeleteAsync(things.Dataset, Token));
        await teams.Installation.Client.CancelTrainingAsync(group.Jobs[0], Token);

        var events = (await platform.ListAuditAsync(new AuditQuery(), Token)).Reverse().Skip(before).ToList();
        Assert.Equal(
            [
                ("owner", "hold a training", $"job {things.Queued}"),
                ("owner", "release a training", $"job {things.Queued}"),
                ("operator", "cancel a training", $"job {things.Queued}"),
                ("owner", "tag a dataset", $"dataset {things.Dataset.DatasetId}, tag reviewed to version {things.Dataset.Hash}"),
                ("operator", "move an alias", $"model {things.Model}, alias production to version 1"),
                ("operator", "delete a model's version", $"model {things.Model}, version 1"),
                ("operator", "delete a dataset's version", $"dataset {things.Dataset.DatasetId}, version {things.Dataset.Hash}"),
                ("owner", "submit trainings", $"group pair, jobs {group.Jobs[0]} to {group.Jobs[1]}"),
            ],
            events.Select(e => (e.User, e.Operation, e.Subject)));
        Assert.All(events, e => Assert.Equal(("vision", "192.0.2.7"), (e.Team, e.Origin)));
        Assert.Empty(await teams.ClientOf("other").ListAuditAsync(new AuditQuery(), Token));
    }

    [Fact]
    public async Task A_caller_who_has_too_many_in_the_queue_is_told_so_until_one_has_gone()
    {
        var teams = await NewTeamsAsync(options => options.QueuedTrainings = 3);
        var owner = teams.ClientOf("owner");
        var group = await owner.TrainAllAsync([Request, Request], cancellationToken: Token);

        var refusal = await Assert.ThrowsAsync<TrainingException>(() => owner.TrainAllAsync([Request, Request], cancellationToken: Token));

        Assert.Equal(
            (TrainingError.ResourceExhausted, "You have 2 queued trainings, and 2 more would exceed the limit of 3 for a caller. Wait for some to start, or cancel some."),
            (refusal.Error, refusal.Message));
        await teams.ClientOf("submitter").TrainAsync(Request, Token);
        await teams.Installation.RunAsync(group.Jobs[0], null);
        await owner.TrainAllAsync([Request, Request], cancellationToken: Token);
    }

    [Fact]
    public async Task A_caller_who_has_too_many_streams_open_is_told_so_until_one_has_ended()
    {
        var teams = await NewTeamsAsync(options => options.OpenStreams = 2);
        var things = await teams.MakeAsync();
        var owner = teams.ClientOf("owner");
        var file = await owner.Runs.OpenArtifactAsync(things.Done, "model.bin", cancellationToken: Token);
        await using var watch = owner.WatchTrainingAsync(things.Queued, cancellationToken: Token).GetAsyncEnumerator(Token);
        Assert.True(await watch.MoveNextAsync());

        var refusal = await Assert.ThrowsAsync<TrainingException>(() => owner.StreamLogsAsync(things.Done, cancellationToken: Token).ToListAsync(Token).AsTask());

        Assert.Equal((TrainingError.ResourceExhausted, "You have reached the limit of 2 open streams for a caller: end one of them first."), (refusal.Error, refusal.Message));
        await file.DisposeAsync();
        await owner.StreamLogsAsync(things.Done, cancellationToken: Token).ToListAsync(Token);
    }

    [Fact]
    public async Task An_upload_that_is_too_much_for_a_caller_stores_nothing_and_the_next_one_goes()
    {
        var teams = await NewTeamsAsync(options => options.UploadMiB = 1);
        var owner = teams.ClientOf("owner");

        var refusal = await Assert.ThrowsAsync<TrainingException>(() => owner.Datasets.AddAsync("large", [DataInstallation.File("a.csv", new string('a', 1_100_000))], Token));

        Assert.Equal(TrainingError.ResourceExhausted, refusal.Error);
        Assert.Empty(await owner.Datasets.ListVersionsAsync("large", Token));
        await owner.Datasets.AddAsync("large", [DataInstallation.File("a.csv", new string('a', 900_000))], Token);
    }

    [Fact]
    public async Task A_host_may_say_by_its_own_code_who_may_do_what()
    {
        var teams = await NewTeamsAsync(replace: services => services.AddSingleton<ITrainingAccess, OnlyOnWeekdays>());

        var refusal = await Assert.ThrowsAsync<TrainingException>(() => teams.ClientOf("platform").TrainAsync(Request, Token));

        Assert.Equal(TrainingError.PermissionDenied, refusal.Error);
        Assert.Empty((await teams.ClientOf("platform").ListTrainingsAsync(new TrainingQuery(), Token)).Trainings);
    }

    private async Task<TwoTeams> NewTeamsAsync(Action<AccessOptions>? configure = null, Action<IServiceCollection>? replace = null)
    {
        _made.Add(new TwoTeams(services =>
        {
            services.Configure(configure ?? (_ => { }));
            replace?.Invoke(services);
        }));
        await _made[^1].Installation.Client.Datasets.AddAsync("digits", [DataInstallation.File("examples.csv", "one")], Token);
        return _made[^1];
    }

    private sealed class OnlyOnWeekdays : ITrainingAccess
    {
        public TrainingScope GetScope(ClaimsPrincipal caller) => new() { User = caller.FindFirst("sub")!.Value, Grants = [new TrainingGrant(TrainingRole.Viewer, "vision")] };
    }
}
