using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Orca.Training.AspNetCore.Http;
using Orca.Training.Client;
using Orca.Training.Grpc.Tests.Support;
using Orca.Training.Testing.Conformance.Clients;
using static Orca.Training.Grpc.Tests.Access.TwoTeams;

namespace Orca.Training.Grpc.Tests.Access;

/// <summary>Every route of the JSON door, for every kind of caller: each gets what the matrix says of the operation.</summary>
public sealed class RouteMatrixTests : IDisposable
{
    private const string Training = """{"algorithm":"cnn","dataset":"digits"}""";

    private static readonly Dictionary<string, Ask> Asks = new()
    {
        ["POST trainings"] = new(_ => "trainings", Training),
        ["POST groups"] = new(_ => "groups", $$"""{"requests":[{{Training}},{{Training}}]}"""),
        ["POST sweeps"] = new(_ => "sweeps", $$"""{"request":{{Training}},"grid":[{"name":"LR","values":["1","2"]}]}"""),
        ["POST trainings/{job}/rerun"] = new(x => $"trainings/{x.Done}/rerun"),
        ["GET trainings"] = new(x => $"trainings?ids={x.Queued}") { Found = x => $"\"job\":{x.Queued}," },
        ["GET trainings/{job}"] = new(x => $"trainings/{x.Queued}"),
        ["GET trainings/{job}/explain"] = new(x => $"trainings/{x.Queued}/explain"),
        ["GET trainings/{job}/watch"] = new(x => $"trainings/{x.Done}/watch"),
        ["GET trainings/{job}/logs"] = new(x => $"trainings/{x.Done}/logs"),
        ["POST trainings/{job}/cancel"] = new(x => $"trainings/{x.Queued}/cancel"),
        ["POST groups/{group}/cancel"] = new(x => $"groups/{x.Group}/cancel") { Found = x => $"{x.Queued}" },
        ["POST trainings/{job}/hold"] = new(x => $"trainings/{x.Queued}/hold"),
        ["POST trainings/{job}/release"] = new(x => $"trainings/{x.Queued}/release"),
        ["GET runs"] = new(x => $"runs?model={x.Model}") { Found = x => $"\"job\":{x.Done}," },
        ["GET runs/{job}"] = new(x => $"runs/{x.Done}"),
        ["GET runs/{job}/artifacts"] = new(x => $"runs/{x.Done}/artifacts"),
        ["GET runs/{job}/artifacts/{**file}"] = new(x => $"runs/{x.Done}/artifacts/model.bin"),
        ["GET runs/{job}/metrics"] = new(x => $"runs/{x.Done}/metrics") { Found = _ => "loss" },
        ["GET runs/{job}/metrics/{**metric}"] = new(x => $"runs/{x.Done}/metrics/loss"),
        ["GET models"] = new(_ => "models") { Found = x => $"\"{x.Model}\"" },
        ["GET models/{model}"] = new(x => $"models/{x.Model}") { Found = x => x.Model },
        ["GET models/{model}/versions/{version}"] = new(x => $"models/{x.Model}/versions/1"),
        ["GET models/{model}/versions/{version}/files"] = new(x => $"models/{x.Model}/versions/1/files"),
        ["GET models/{model}/versions/{version}/files/{**file}"] = new(x => $"models/{x.Model}/versions/1/files/model.bin"),
        ["PUT models/{model}/aliases/{alias}"] = new(x => $"models/{x.Model}/aliases/production", """{"version":1}"""),
        ["DELETE models/{model}/aliases/{alias}"] = new(x => $"models/{x.Model}/aliases/production"),
        ["DELETE models/{model}/versions/{version}"] = new(x => $"models/{x.Model}/versions/1"),
        ["GET datasets"] = new(_ => "datasets") { Found = x => $"\"{x.Dataset.DatasetId}\"" },
        ["POST datasets/{dataset}"] = new(x => $"datasets/{x.Dataset.DatasetId}?file=b.csv", "b") { Type = "application/octet-stream" },
        ["POST datasets/{dataset}/intents"] = new(
            x => $"datasets/{x.Dataset.DatasetId}/intents",
            """{"train":"text,intent\nhi,greet\nbye,part\n","validation":"text,intent\nhello,greet\n"}"""),
        ["GET datasets/{dataset}"] = new(x => $"datasets/{x.Dataset.DatasetId}") { Found = x => x.Dataset.Hash },
        ["GET datasets/{dataset}/versions/{version}"] = new(x => $"datasets/{x.Dataset.DatasetId}/versions/{x.Dataset.Hash}"),
        ["GET datasets/{dataset}/versions/{version}/files"] = new(x => $"datasets/{x.Dataset.DatasetId}/versions/{x.Dataset.Hash}/files"),
        ["PUT datasets/{dataset}/tags/{tag}"] = new(x => $"datasets/{x.Dataset.DatasetId}/tags/reviewed") { Body = x => $$"""{"version":"{{x.Dataset.Hash}}"}""" },
        ["DELETE datasets/{dataset}/tags/{tag}"] = new(x => $"datasets/{x.Dataset.DatasetId}/tags/reviewed"),
        ["DELETE datasets/{dataset}/versions/{version}"] = new(x => $"datasets/{x.Dataset.DatasetId}/versions/{x.Dataset.Hash}"),
        ["GET pools"] = new(_ => "pools") { Found = _ => "\"default\"" },
        ["GET pools/{pool}"] = new(_ => "pools/default"),
        ["GET algorithms"] = new(_ => "algorithms"),
        ["GET audit"] = new(x => $"audit?subject=job%20{x.Queued}") { Found = x => $"job {x.Queued}" },
    };

    private readonly TwoTeams _teams = new();

    public static TheoryData<string> Everyone => [.. TwoTeams.Callers];

    private static CancellationToken Token => Patience.Token;

    public void Dispose() => _teams.Dispose();

    [Fact]
    public void Every_operation_has_a_route_and_every_route_is_asked_here()
    {
        Assert.Empty(Operations.All.Except(Routes.All.SelectMany(r => r.Operations)));
        Assert.Equal(Routes.All.Select(r => $"{r.Method} {r.Pattern}").Order(StringComparer.Ordinal), Asks.Keys.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Everyone))]
    public async Task Each_caller_gets_what_the_matrix_says(string caller)
    {
        await using var host = await TrainingHost.StartAsync(
            _teams.Installation.Clients,
            builder => builder.Services.AddTokenCallers(Known),
            app =>
            {
                app.UseAuthentication();
                app.UseAuthorization();
                app.MapOrcaTraining().RequireAuthorization();
            });
        using var web = new HttpClient { BaseAddress = new Uri(host.Address, "/orca-training/v1/") };
        web.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", caller);
        var wrong = new List<string>();
        foreach (var route in Routes.All)
        {
            var row = AccessMatrix.Rows.First(r => r.Operation == route.Operations[^1]);
            var things = await _teams.MakeAsync();
            var got = await GotAsync(web, route, Asks[$"{route.Method} {route.Pattern}"], things);
            if (got[0] != row.For(caller))
            {
                wrong.Add($"{route.Method} {route.Pattern}: {row.For(caller)} expected, {got}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join(Environment.NewLine, wrong));
    }

    private static async Task<string> GotAsync(HttpClient web, Route route, Ask ask, Things things)
    {
        using var request = new HttpRequestMessage(new HttpMethod(route.Method), new Uri(ask.Path(things), UriKind.Relative));
        if (route.Method is not "GET")
        {
            request.Content = new StringContent(ask.Body?.Invoke(things) ?? ask.Content ?? "", Encoding.UTF8);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue(ask.Type);
        }

        using var answer = await web.SendAsync(request, Token);
        var text = await answer.Content.ReadAsStringAsync(Token);
        return (int)answer.StatusCode switch
        {
            // Of what is not in an answer a caller learns as much as of what there is not.
            >= 200 and < 300 => ask.Found is null || text.Contains(ask.Found(things), StringComparison.Ordinal) ? "+" : "N",
            401 => "U",
            403 => "D",
            404 => "N",
            var status => $"! {status} {text}",
        };
    }

    private sealed record Ask(Func<Things, string> Path, string? Content = null)
    {
        public Func<Things, string>? Body { get; init; }

        public string Type { get; init; } = "application/json";

        public Func<Things, string>? Found { get; init; }
    }
}
