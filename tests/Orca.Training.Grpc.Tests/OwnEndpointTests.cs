using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Orca.Training.Client;
using Orca.Training.Grpc.Tests.Support;
using Orca.Training.Jobs;
using Orca.Training.Testing.Conformance.Clients;

namespace Orca.Training.Grpc.Tests;

/// <summary>Endpoints of a host's own, as its developer writes them: ids bind, a status is JSON, and refusals are problem details.</summary>
public sealed class OwnEndpointTests
{
    private static CancellationToken Cancel => Patience.Token;

    [Fact]
    public async Task An_id_binds_from_the_path_and_is_a_number_in_JSON()
    {
        await using var host = await StartAsync();
        using var http = new HttpClient { BaseAddress = host.Address };

        using var submitted = await http.PostAsync("/trainings", JsonContent.Create(new { lr = "0.1" }), Cancel);
        using var status = JsonDocument.Parse(await http.GetStringAsync("/trainings/1", Cancel));

        Assert.Equal("1", await submitted.Content.ReadAsStringAsync(Cancel));
        Assert.Equal((1, "Queued", "cnn"), (status.RootElement.GetProperty("job").GetInt32(), status.RootElement.GetProperty("state").GetString(), status.RootElement.GetProperty("algorithm").GetString()));
        Assert.Equal("0.1", status.RootElement.GetProperty("parameters").GetProperty("LR").GetString());
        Assert.Equal(HttpStatusCode.BadRequest, (await http.GetAsync("/trainings/x", Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await http.GetAsync("/trainings/-1", Cancel)).StatusCode);
    }

    [Theory]
    [InlineData("/trainings/77", HttpStatusCode.NotFound, "NotFound")]
    [InlineData("/wrong", HttpStatusCode.BadRequest, "InvalidArgument")]
    public async Task A_refusal_is_problem_details_whatever_the_hosts_JSON_options_are(string path, HttpStatusCode status, string error)
    {
        await using var host = await StartAsync();
        using var http = new HttpClient { BaseAddress = host.Address };

        using var answer = await http.GetAsync(path, Cancel);
        using var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancel));

        Assert.Equal((status, "application/problem+json"), (answer.StatusCode, answer.Content.Headers.ContentType!.MediaType));
        Assert.Equal((error, (int)status), (problem.RootElement.GetProperty("error").GetString(), problem.RootElement.GetProperty("status").GetInt32()));
        Assert.False(string.IsNullOrEmpty(problem.RootElement.GetProperty("detail").GetString()));
        Assert.Equal(status is HttpStatusCode.BadRequest, problem.RootElement.TryGetProperty("errors", out var fields) && fields.TryGetProperty("algorithm", out _));
    }

    [Fact]
    public void Codes_ids_and_states_are_words_and_numbers_in_JSON_both_ways()
    {
        Assert.Equal("\"OutOfMemory\"", JsonSerializer.Serialize(OutcomeCode.OutOfMemory));
        Assert.Equal(OutcomeCode.OutOfMemory, JsonSerializer.Deserialize<OutcomeCode>("\"OutOfMemory\""));
        Assert.Equal(new JobId(17), JsonSerializer.Deserialize<JobId>("17"));
        Assert.Equal(new JobId(17), JsonSerializer.Deserialize<JobId>("\"17\""));
        Assert.Equal("\"Succeeded\"", JsonSerializer.Serialize(JobState.Succeeded));
        Assert.Equal("""{"17":1}""", JsonSerializer.Serialize(new Dictionary<JobId, int> { [new JobId(17)] = 1 }));
        foreach (var wrong in (string[])["0", "-1", "1.5", "\"x\"", "\"\"", "null", "{}", "9223372036854775808"])
        {
            Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<JobId>(wrong));
        }
    }

    [Fact]
    public void A_status_says_no_path_of_the_host()
    {
        var status = new TrainingStatus
        {
            JobId = new JobId(1), Revision = 1, State = JobState.Succeeded, Message = "", SubmittedAt = DateTimeOffset.UnixEpoch,
            Request = Installation.Request,
            Artifacts = [new Artifact("model.pt", new Uri("file:///srv/orca-data/runs/1/model.pt"), 3, "abc"), new Artifact("b", new Uri("s3://bucket/b"), 3, "abc")],
        };

        var json = JsonSerializer.Serialize(status);

        Assert.DoesNotContain("/srv/", json, StringComparison.Ordinal);
        Assert.Contains("s3://bucket/b", json, StringComparison.Ordinal);
    }

    private static Task<TrainingHost> StartAsync() => TrainingHost.StartAsync(
        new Installation().Clients,
        // As odd as a host's own options may be.
        builder => builder.Services.ConfigureHttpJsonOptions(o =>
        {
            o.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.KebabCaseUpper;
            o.SerializerOptions.NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.WriteAsString;
        }),
        app =>
        {
            app.UseOrcaTrainingProblemDetails();
            app.MapPost("/trainings", async (ITrainingClient client, CancellationToken cancel) =>
                (await client.TrainAsync(Installation.Request with { Parameters = new Dictionary<string, string> { ["LR"] = "0.1" } }, cancel)));
            app.MapGet("/trainings/{id}", (JobId id, ITrainingClient client, CancellationToken cancel) => client.GetTrainingStatusAsync(id, cancel));
            app.MapGet("/wrong", (ITrainingClient client, CancellationToken cancel) => client.TrainAsync(new TrainingRequest { Algorithm = "none", DatasetId = "d" }, cancel));
        });
}
