using System.Security.Claims;
using Orca.Training.Client;
using Orca.Training.Jobs;
using Orca.Training.Runs;

namespace Orca.Training.Testing.Conformance.Clients;

/// <summary>Whatever one caller gave or one training left, every read of everybody else works.</summary>
public abstract partial class TrainingClientConformance
{
    private const int ManyFiles = 9_990;

    [Fact]
    public async Task Ten_thousand_files_with_long_names_spoil_no_answer_and_can_be_listed()
    {
        var (installation, client) = await InstallDataAsync();
        var large = await installation.LeaveAsync(Large("big"), [.. Enumerable.Range(0, ManyFiles).Select(FileOf)]);
        var small = await installation.LeaveAsync(Large("small") with { Parameters = new Dictionary<string, string>() }, [FileOf(1)]);

        var listed = (await client.ListTrainingsAsync(new TrainingQuery(), Token)).Trainings;
        var status = await client.GetTrainingStatusAsync(large, Token);
        var run = await client.Runs.GetAsync(large, Token);
        var model = await client.Models.GetAsync("big", "1", Token);

        Assert.Equal([small, large], listed.Select(t => t.JobId));
        Assert.Equal(["artifacts"], listed[1].LeftOut);
        Assert.Empty(listed[0].LeftOut);
        Assert.Equal(["artifacts"], status.LeftOut);
        Assert.Equal(["artifacts"], run.LeftOut);
        Assert.Equal(["files"], model.LeftOut);
        Assert.All([status.Artifacts, run.Artifacts, model.Files], files => Assert.InRange(files.Count, 1_000, ManyFiles - 1));
        Assert.Equal([small, large], (await client.Runs.QueryAsync(new RunQuery(), Token)).Select(r => r.Job));
        Assert.Equal(ManyFiles, (await client.Runs.ListArtifactsAsync(large, Token)).Count);
        Assert.Equal(FileOf(ManyFiles - 1), (await client.Models.ListFilesAsync("big", cancellationToken: Token))[^1]);
        Assert.Equal(["big", "small"], await client.Models.ListAsync(Token));
        Assert.Single(await client.Models.ListVersionsAsync("big", Token));
        Assert.Equal(2, (await client.GetTrainingStatusesAsync([large, small], Token)).Count(s => s is not null));
        Assert.Equal(JobState.Succeeded, (await client.WatchTrainingAsync(large, 0, Token).ToListAsync(Token))[^1].State);
    }

    [Fact]
    public async Task Records_of_a_time_without_bounds_spoil_no_answer()
    {
        var (installation, client) = await InstallDataAsync();
        var parameters = Enumerable.Range(0, 120).ToDictionary(i => $"P{i}", _ => new string('v', 4096));
        var metrics = Enumerable.Range(0, 5_000).ToDictionary(i => $"{i:d4}{new string('m', 200)}", i => (double)i);
        var jobs = new List<JobId>();
        for (var i = 0; i < 6; i++)
        {
            jobs.Add(await installation.LeaveAsync(Large("m") with { Parameters = parameters }, [FileOf(i)], metrics, attempts: 1 + (3 * i)));
        }

        var seen = new List<JobId>();
        await foreach (var training in client.ListAllTrainingsAsync(new TrainingQuery { OldestFirst = true }, Token))
        {
            seen.Add(training.JobId);
            Assert.Equal(parameters.Count, training.Request.Parameters.Count);
        }

        Assert.Equal(jobs, seen);
        Assert.Equal(6, (await client.Runs.QueryAsync(new RunQuery(), Token)).Count);
        Assert.Equal(6, (await client.Models.ListVersionsAsync("m", Token)).Count);
        Assert.Equal(["attempts", "metrics"], (await client.GetTrainingStatusAsync(jobs[5], Token)).LeftOut.Except(["artifacts"]));
    }

    [Fact]
    public async Task Names_of_models_are_listed_however_many_there_are()
    {
        var (installation, client) = await InstallDataAsync();
        string[] names = [.. Enumerable.Range(0, 9_000).Select(i => $"{i:d4}-{new string('m', 120)}")];
        foreach (var name in names)
        {
            await installation.LeaveAsync(Large(name) with { Parameters = new Dictionary<string, string>() }, []);
        }

        Assert.Equal(names, await client.Models.ListAsync(Token));
    }

    [Fact]
    public async Task A_call_with_more_requests_than_one_message_holds_goes_through_as_one()
    {
        var (installation, client) = await InstallAsync();
        TrainingRequest[] requests =
            [.. Enumerable.Range(0, 700).Select(i => Installation.Request with { Name = $"{i}", Parameters = new Dictionary<string, string> { ["A"] = new('v', 4096), ["B"] = new('v', 4000) } })];

        var group = await client.TrainAllAsync(requests, "many", "key", Token);

        Assert.Equal(700, group.Jobs.Count);
        Assert.Equal(Samples.Text(group), Samples.Text(await client.TrainAllAsync(requests, "many", "key", Token)));
        Assert.Equal("699", (await installation.ReadAsync(group.Jobs[699])).Request.Name);
        requests[650] = requests[650] with { Algorithm = "" };
        var refusal = await Assert.ThrowsAsync<TrainingException>(() => client.TrainAllAsync(requests, cancellationToken: Token));
        Assert.Equal("requests[650].algorithm", Assert.Single(refusal.Violations).Field);
        Assert.Equal(700, await CountAsync(installation.Client));
    }

    [Fact]
    public async Task A_user_whose_name_is_no_text_is_refused_by_every_call_that_acts_for_him()
    {
        var (installation, _) = await InstallAsync();

        var caller = new ClaimsPrincipal(new ClaimsIdentity([new Claim("sub", "a\0b")], "test"));
        var refusal = Assert.Throws<TrainingException>(() => installation.Clients.For(caller));

        Assert.Equal((TrainingError.InvalidArgument, "user: " + BadInput.Control), (refusal.Error, refusal.Message));
    }

    private static TrainingRequest Large(string model) => Installation.Request with
    {
        OutputModelName = model,
        Parameters = Enumerable.Range(0, 20).ToDictionary(i => $"P{i}", _ => new string('v', 4096)),
    };

    private static Artifact FileOf(int number)
    {
        var name = $"{number:d4}-{new string('n', 235)}";
        return new Artifact(name, new Uri($"file:///srv/orca-data/runs/installation/{number}/{name}"), 0, new string('e', 64));
    }

    // A page ends where a message would be too large.
    private static async Task<int> CountAsync(ITrainingClient client)
    {
        var count = 0;
        string? token = null;
        do
        {
            var page = await client.ListTrainingsAsync(new TrainingQuery { PageSize = 1000, PageToken = token }, Token);
            count += page.Trainings.Count;
            token = page.NextPageToken;
        }
        while (!string.IsNullOrEmpty(token));
        return count;
    }
}
