using System.Net;
using Orca.Training.Client;
using Orca.Training.Grpc.Tests.Support;
using Orca.Training.Jobs;
using Orca.Training.Runs;
using Orca.Training.Testing.Conformance.Clients;

namespace Orca.Training.Grpc.Tests;

/// <summary>What is accepted at one door can be named at every other; what is not is refused in words. By gRPC, by HTTP and in references.</summary>
public sealed class NamesAtEveryDoorTests : IDisposable
{
    private const string Alphabet = "aZ9.-_ /:@%\\?#&=+~'\"<>|*()[]{}$!,;\u00e9e\u0301\u200b\ufeff\u00a0\u0130\u202e\t\0\n";

    private readonly DataInstallation _installation = new();

    private static CancellationToken Token => Patience.Token;

    public void Dispose() => _installation.Dispose();

    public static IEnumerable<string> Names()
    {
        string[] known =
        [
            "m", "M", "..", ".", "...", "a/b", "/a", "team:intents", "m:1", "m:", ":1", "m ", " m", "a%2Fb", "%2e%2e", "%", "a?b", "a#b", "a\\b", "CON", "con.txt", "m@v", "-m", "_",
            "1", "m.1", "a+b", "e\u0301", "\u00e9", "m\u200b", new string('m', 128), new string('m', 129), "favicon.ico", "files",
        ];
        var chance = new Random(20260822);
        return known.Concat(Enumerable.Range(0, 60).Select(_ => string.Concat(Enumerable.Range(0, chance.Next(1, 6)).Select(_ => Alphabet[chance.Next(Alphabet.Length)]))));
    }

    [Fact]
    public async Task A_model_s_name_that_is_taken_is_a_name_everywhere()
    {
        await using var host = await TrainingHost.StartAsync(_installation.Clients);
        using var client = host.Connect();
        await _installation.TrainAsync(0.5, "known", ("model.bin", [1]));
        var taken = 0;
        foreach (var name in Names().Distinct())
        {
            var isTaken = await IsTakenAsync("output_model_name", () => client.TrainAsync(Request with { OutputModelName = name }, Token));
            Assert.Equal(isTaken, await IsTakenAsync("group", () => client.TrainAsync(Request with { Group = name }, Token)));
            Assert.Equal(isTaken && !name.All(char.IsDigit), await IsTakenAsync("alias", () => client.Models.SetAliasAsync("known", name, 1, Token)));
            if (!isTaken)
            {
                continue;
            }

            taken++;
            await _installation.TrainAsync(0.5, name, ("deep/model 1.bin", [1, 2, 3]));
            await client.Models.SetAliasAsync(name, "production", (await client.Models.GetAsync(name, cancellationToken: Token)).Version, Token);
            var version = await client.Models.GetAsync(name, "production", Token);
            Assert.Equal(name, version.Name);
            Assert.Contains(name, await client.Models.ListAsync(Token));
            foreach (var reference in new[] { name, $"{name}:{version.Version}", $"{name}:production" })
            {
                var job = await client.TrainAsync(Request with { InputModel = reference }, Token);
                Assert.Equal($"{name}:{version.Version}", (await client.GetTrainingStatusAsync(job, Token)).Request.InputModel);
            }

            Assert.Equal([1, 2, 3], await GetAsync(host, $"models/{Uri.EscapeDataString(name)}/production/files/deep/model%201.bin"));
            Assert.NotEmpty(await GetAsync(host, $"runs.jsonl?model={Uri.EscapeDataString(name)}"));
            Assert.NotEmpty(await client.Runs.QueryAsync(new RunQuery { ModelName = name }, Token));
            var grouped = await client.TrainAsync(Request with { Group = name }, Token);
            Assert.Equal(grouped, (await client.ListTrainingsAsync(new TrainingQuery { Group = name, PageSize = 1 }, Token)).Trainings[0].JobId);
        }

        Assert.InRange(taken, 10, 40);
    }

    [Fact]
    public async Task A_dataset_s_id_and_tag_that_are_taken_are_names_everywhere()
    {
        await using var host = await TrainingHost.StartAsync(_installation.Clients);
        using var client = host.Connect();
        foreach (var name in Names().Distinct())
        {
            if (!await IsTakenAsync("dataset_id", () => client.Datasets.AddAsync(name, [DataInstallation.File("a b.csv", "one")], Token)))
            {
                continue;
            }

            var version = await client.Datasets.ResolveAsync(name, cancellationToken: Token);
            Assert.Equal(name, version.DatasetId);
            Assert.Contains(name, await client.Datasets.ListAsync(Token));
            await client.Datasets.TagAsync(version, name, Token);
            Assert.Equal(version, await client.Datasets.ResolveAsync(name, name, Token));
            var job = await client.TrainAsync(Request with { DatasetId = name, DatasetVersion = name }, Token);
            Assert.Equal(version.Hash, (await client.GetTrainingStatusAsync(job, Token)).Request.DatasetVersion);
            Assert.Equal(job, (await client.ListTrainingsAsync(new TrainingQuery { DatasetId = name }, Token)).Trainings[0].JobId);
        }
    }

    [Theory]
    [InlineData("a/b", "a%2Fb")]
    [InlineData("team:intents", "team:intents")]
    [InlineData("m ", "m%20")]
    [InlineData("Mod\u00e8le 1", "Mod%C3%A8le%201")]
    [InlineData("a%2Fb", "a%252Fb")]
    public async Task A_model_of_a_time_when_names_were_free_can_be_read_and_repeated(string name, string inAddress)
    {
        await using var host = await TrainingHost.StartAsync(_installation.Clients);
        using var client = host.Connect();
        var known = await _installation.TrainAsync(0.5, "known", ("model.bin", [7]));
        var before = await client.Runs.GetAsync(known, Token);
        var odd = await _installation.LeaveAsync(before.Request with { OutputModelName = name, Group = "an old group" }, before.Artifacts);

        Assert.Equal(odd, (await client.Models.GetAsync(name, "1", Token)).Job);
        Assert.Equal([7], await GetAsync(host, $"models/{inAddress}/1/files/model.bin"));
        Assert.Equal(odd, (await client.ListTrainingsAsync(new TrainingQuery { Group = "an old group" }, Token)).Trainings[0].JobId);
        var user = await client.TrainAsync(Request with { InputModel = name }, Token);
        Assert.Equal($"{name}:1", (await client.GetTrainingStatusAsync(user, Token)).Request.InputModel);
        await client.RerunAsync(odd, Token);
        await client.Models.RemoveAsync(name, 1, Token);
    }

    [Fact]
    public async Task A_reference_that_means_two_is_refused_with_the_way_to_say_which()
    {
        await using var host = await TrainingHost.StartAsync(_installation.Clients);
        using var client = host.Connect();
        await _installation.TrainAsync(0.5, "m");
        await _installation.LeaveAsync(Request with { OutputModelName = "m:1" }, []);

        var refusal = await Assert.ThrowsAsync<TrainingException>(() => client.TrainAsync(Request with { InputModel = "m:1" }, Token));

        Assert.Equal(
            "input_model: It is ambiguous: the version or alias '1' of the model 'm', and the model 'm:1'. Give 'm:1:1' for this one, or another alias of that.", refusal.Message);
        var job = await client.TrainAsync(Request with { InputModel = "m:1:1" }, Token);
        Assert.Equal("m:1:1", (await client.GetTrainingStatusAsync(job, Token)).Request.InputModel);
    }

    private static TrainingRequest Request => new() { Algorithm = "cnn", DatasetId = "digits" };

    private static async Task<bool> IsTakenAsync(string field, Func<Task> call)
    {
        try
        {
            await call();
            return true;
        }
        catch (TrainingException refusal)
        {
            Assert.Equal(TrainingError.InvalidArgument, refusal.Error);
            Assert.Equal(field, Assert.Single(refusal.Violations).Field);
            return false;
        }
    }

    private static async Task<byte[]> GetAsync(TrainingHost host, string path)
    {
        using var http = new HttpClient();
        using var answer = await http.GetAsync(new Uri(host.Address, "/orca-training/" + path), Token);
        Assert.Equal((HttpStatusCode.OK, path), (answer.StatusCode, path));
        return await answer.Content.ReadAsByteArrayAsync(Token);
    }
}
