using System.Net;
using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json;
using Orca.Training.Client;
using Orca.Training.Grpc.Tests.Support;
using Orca.Training.Jobs;
using Orca.Training.Testing.Conformance.Clients;

namespace Orca.Training.Grpc.Tests.Http;

/// <summary>The service as JSON, as a script sees it.</summary>
public sealed class RouteTests : IAsyncLifetime
{
    private readonly DataInstallation _installation = new();
    private TrainingHost? _host;
    private HttpClient? _web;

    private static CancellationToken Token => Patience.Token;

    private HttpClient Web => _web!;

    public async ValueTask InitializeAsync()
    {
        await _installation.Client.Datasets.AddAsync("digits", [DataInstallation.File("a.csv", "1")], Token);
        _host = await TrainingHost.StartAsync(_installation.Clients);
        _web = new HttpClient { BaseAddress = new Uri(_host.Address, "/orca-training/v1/") };
    }

    public async ValueTask DisposeAsync()
    {
        _web?.Dispose();
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }

        _installation.Dispose();
    }

    [Fact]
    public async Task A_request_with_every_field_arrives_as_it_was_written()
    {
        var before = await SubmitAsync("""{"algorithm":"cnn","dataset":"digits"}""");

        var job = await SubmitAsync($$"""
            {"algorithm":"cnn","dataset":"digits","dataset_version":"","name":"n","model":"m","parameters":{"LR":"0.1","N":3,"B":true},"labels":{"k":"v"},
             "workers":1,"priority":7,"cpus":0.5,"memory_mib":64,"group":"g","depends_on":[{{before}}],"is_held":true,
             "timeouts":{"queued_s":60,"running_s":3600.5},"retries":{"max_retries":2,"on":["Lost"],"first_pause_s":1,"longest_pause_s":9} }
            """);

        var request = (await Client.GetTrainingStatusAsync(new JobId(job), Token)).Request;
        Assert.Equal(("n", "m", "g", 7, true), (request.Name, request.OutputModelName, request.Group, request.Priority, request.IsHeld));
        Assert.Equal(("0.1", "3", "true", "v"), (request.Parameters["LR"], request.Parameters["N"], request.Parameters["B"], request.Labels["k"]));
        Assert.Equal((0.5, 64), (request.Resources!.Cpus, request.Resources.MemoryMiB));
        Assert.Equal(new JobId(before), Assert.Single(request.DependsOn));
        Assert.Equal((TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(3600.5)), (request.Timeouts!.Queued, request.Timeouts.Running));
        Assert.Equal((2, OutcomeCode.Lost, TimeSpan.FromSeconds(9)), (request.Retries!.MaxRetries, Assert.Single(request.Retries.On), request.Retries.LongestPause));
    }

    [Theory]
    [InlineData("""{"dataset":"digits"}""", "algorithm", "It is missing.")]
    [InlineData("""{"algorithm":"cnn","dataset":"digits","lr":1}""", "lr", "Unknown: use algorithm, ")]
    [InlineData("""{"algorithm":7,"dataset":"digits"}""", "algorithm", "7 is not a text.")]
    [InlineData("""{"algorithm":"cnn","dataset":"digits","priority":"high"}""", "priority", "\"high\" is not a whole number.")]
    [InlineData("""{"algorithm":"cnn","dataset":"digits","parameters":{"A":[1]}}""", "parameters[A]", "[1] is not a text.")]
    [InlineData("""{"algorithm":"cnn","dataset":"digits","depends_on":[1,"x"]}""", "depends_on[1]", "\"x\" is not a job id.")]
    [InlineData("""{"algorithm":"cnn","dataset":"digits","timeouts":{"running_s":"1h"}}""", "timeouts.running_s", "\"1h\" is not a number.")]
    [InlineData("""{"algorithm":"cnn","dataset":"digits","timeouts":{"run":1}}""", "timeouts.run", "Unknown: use ")]
    [InlineData("""{"algorithm":"none","dataset":"digits"}""", "algorithm", "")]
    [InlineData("""{"algorithm":"cnn","dataset":"digits","memory_mib":-1}""", "memory_mib", "")]
    [InlineData("""{"algorithm":"cnn","dataset":"a/b"}""", "dataset", "")]
    public async Task What_is_wrong_with_a_request_is_told_by_field(string body, string field, string sentence)
    {
        using var answer = await PostAsync("trainings", body);

        Assert.Equal((HttpStatusCode.BadRequest, "application/problem+json"), (answer.StatusCode, answer.Content.Headers.ContentType!.MediaType));
        var problem = await JsonOfAsync(answer);
        var errors = problem.GetProperty("errors").EnumerateObject().Single();
        Assert.Equal((field, "InvalidArgument"), (errors.Name, problem.GetProperty("error").GetString()));
        Assert.StartsWith(sentence, errors.Value[0].GetString());
        Assert.Empty((await Client.ListTrainingsAsync(new TrainingQuery(), Token)).Trainings);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"algorithm\":")]
    [InlineData("null")]
    public async Task A_body_that_is_no_JSON_object_is_refused(string body)
    {
        using var answer = await PostAsync("trainings", body);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.StartsWith("The body is not ", (await JsonOfAsync(answer)).GetProperty("detail").GetString());
    }

    [Fact]
    public async Task A_body_over_the_limit_is_refused()
    {
        using var answer = await PostAsync("trainings", $$"""{"algorithm":"{{new string('a', 5 << 20)}}" }""");

        Assert.Equal(HttpStatusCode.TooManyRequests, answer.StatusCode);
    }

    [Fact]
    public async Task The_same_key_gives_the_same_job()
    {
        var jobs = new List<long>();
        for (var i = 0; i < 2; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("trainings", UriKind.Relative)) { Content = Json("""{"algorithm":"cnn","dataset":"digits"}""") };
            request.Headers.Add("Idempotency-Key", "once");
            using var answer = await Web.SendAsync(request, Token);
            jobs.Add((await JsonOfAsync(answer)).GetProperty("job").GetInt64());
        }

        Assert.Equal(jobs[0], jobs[1]);
    }

    [Fact]
    public async Task A_status_that_has_not_changed_is_not_sent_again()
    {
        var job = await SubmitAsync("""{"algorithm":"cnn","dataset":"digits"}""");
        using var first = await Web.GetAsync(new Uri($"trainings/{job}", UriKind.Relative), Token);
        Assert.Equal("Queued", (await JsonOfAsync(first)).GetProperty("state").GetString());

        Assert.Equal(HttpStatusCode.NotModified, await AgainAsync());
        await Client.CancelTrainingAsync(new JobId(job), Token);
        Assert.Equal(HttpStatusCode.OK, await AgainAsync());

        async Task<HttpStatusCode> AgainAsync()
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"trainings/{job}", UriKind.Relative));
            request.Headers.IfNoneMatch.Add(first.Headers.ETag!);
            using var answer = await Web.SendAsync(request, Token);
            return answer.StatusCode;
        }
    }

    [Fact]
    public async Task Pages_of_a_list_follow_one_another_and_filters_apply()
    {
        for (var i = 0; i < 5; i++)
        {
            await SubmitAsync($$"""{"algorithm":"cnn","dataset":"digits","labels":{"half":"{{i % 2}}"} }""");
        }

        var first = await GetAsync("trainings?page_size=2&label=half%3D0");
        var second = await GetAsync($"trainings?page_size=2&label=half%3D0&page_token={Uri.EscapeDataString(first.GetProperty("next_page_token").GetString()!)}");

        Assert.Equal((2, 1), (first.GetProperty("trainings").GetArrayLength(), second.GetProperty("trainings").GetArrayLength()));
        Assert.Equal(JsonValueKind.Null, second.GetProperty("next_page_token").ValueKind);
        Assert.Empty((await GetAsync("trainings?state=Running&state=Failed")).GetProperty("trainings").EnumerateArray());
    }

    [Theory]
    [InlineData("trainings?colour=red", "colour")]
    [InlineData("trainings?state=Lost", "state")]
    [InlineData("trainings?page_size=many", "page_size")]
    [InlineData("trainings?submitted_from=yesterday", "submitted_from")]
    [InlineData("trainings?label=half", "label")]
    [InlineData("trainings?ids=1,x", "ids")]
    [InlineData("trainings?user=a&user=b", "user")]
    [InlineData("runs?colour=red", "colour")]
    [InlineData("audit?limit=x", "limit")]
    public async Task A_condition_that_is_wrong_is_refused_and_not_passed_over(string path, string field)
    {
        using var answer = await Web.GetAsync(new Uri(path, UriKind.Relative), Token);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(field, (await JsonOfAsync(answer)).GetProperty("errors").EnumerateObject().Single().Name);
    }

    [Theory]
    [InlineData("trainings/99", "There is no job 99.")]
    [InlineData("trainings/x", "There is no job 'x'")]
    [InlineData("runs/99", "")]
    [InlineData("models/none/versions/1", "")]
    [InlineData("datasets/none/versions/v", "")]
    public async Task What_there_is_not_is_not_found(string path, string sentence)
    {
        using var answer = await Web.GetAsync(new Uri(path, UriKind.Relative), Token);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.StartsWith(sentence, (await JsonOfAsync(answer)).GetProperty("detail").GetString());
    }

    [Fact]
    public async Task A_watch_sends_each_status_as_it_comes_and_goes_on_where_it_broke()
    {
        var job = await SubmitAsync("""{"algorithm":"cnn","dataset":"digits","is_held":true}""");
        using var stream = await OpenAsync($"trainings/{job}/watch");
        var events = Events(stream);
        Assert.Equal("heartbeat", (await NextAsync(events)).EventType);
        var first = await NextAsync(events);
        await Client.ReleaseTrainingAsync(new JobId(job), Token);
        var second = await NextAsync(events);

        using var again = await OpenAsync($"trainings/{job}/watch", first.EventId);
        var resumed = Events(again);
        await NextAsync(resumed);

        Assert.Equal("status", first.EventType);
        Assert.DoesNotContain("\"held_at\":null", first.Data, StringComparison.Ordinal);
        Assert.Contains("\"held_at\":null", second.Data, StringComparison.Ordinal);
        Assert.Equal(second, await NextAsync(resumed));
    }

    [Fact]
    public async Task A_watch_of_a_training_that_has_ended_sends_its_last_status_and_ends()
    {
        var job = await _installation.TrainAsync();
        using var stream = await OpenAsync($"trainings/{job}/watch");

        var all = await SseParser.Create(stream, (_, data) => Encoding.UTF8.GetString(data)).EnumerateAsync(Token).ToListAsync(Token);

        Assert.Equal("heartbeat", all[0].EventType);
        Assert.Contains("\"state\":\"Succeeded\"", all[^1].Data, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_of_a_stream_is_an_answer_of_its_own()
    {
        using var answer = await Web.GetAsync(new Uri("trainings/99/watch", UriKind.Relative), Token);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task Files_of_a_dataset_are_sent_one_after_the_other()
    {
        using var content = new ByteArrayContent("onetwo!"u8.ToArray());
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");

        using var answer = await Web.PostAsync(new Uri("datasets/words?file=a.txt&size=3&file=b.txt&size=4", UriKind.Relative), content, Token);

        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        var version = (await JsonOfAsync(answer)).GetProperty("version").GetString();
        var files = await GetAsync($"datasets/words/versions/{version}/files");
        Assert.Equal(["a.txt 3", "b.txt 4"], files.GetProperty("files").EnumerateArray().Select(f => $"{f.GetProperty("name")} {f.GetProperty("size")}"));
    }

    [Theory]
    [InlineData("datasets/words", "size")]
    [InlineData("datasets/words?file=a&file=b", "size")]
    [InlineData("datasets/words?file=a&size=9", "size")]
    [InlineData("datasets/words?file=a&size=x", "size")]
    [InlineData("datasets/words?file=../a&size=3", "files[../a]")]
    public async Task An_upload_that_does_not_fit_its_description_adds_nothing(string path, string field)
    {
        using var content = new ByteArrayContent("one"u8.ToArray());
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");

        using var answer = await Web.PostAsync(new Uri(path, UriKind.Relative), content, Token);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(field, (await JsonOfAsync(answer)).GetProperty("errors").EnumerateObject().Single().Name);
        Assert.Equal(["digits"], await Client.Datasets.ListAsync(Token));
    }

    [Fact]
    public async Task A_metric_is_read_from_the_newest_attempt_unless_one_is_named()
    {
        var job = await _installation.TrainAsync();
        await _installation.ReportAsync(job, "loss/val", 0.5);

        var listed = (await GetAsync($"runs/{job}/metrics")).GetProperty("metrics").EnumerateArray().Single(m => m.GetProperty("name").GetString() == "loss/val");
        var points = await GetAsync($"runs/{job}/metrics/loss%2Fval?from=0&to=5&max_points=10");

        Assert.Equal((1, 1L), (listed.GetProperty("attempt").GetInt32(), listed.GetProperty("count").GetInt64()));
        Assert.Equal(0.5, points.GetProperty("points")[0].GetProperty("value").GetDouble());
    }

    private ITrainingClient Client => _installation.Clients.For(LocalPeer.Principal);

    private static StringContent Json(string body) => new(body, Encoding.UTF8, "application/json");

    private static async Task<JsonElement> JsonOfAsync(HttpResponseMessage answer)
    {
        using var document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Token));
        return document.RootElement.Clone();
    }

    private static IAsyncEnumerator<SseItem<string>> Events(Stream stream) =>
        SseParser.Create(stream, (_, data) => Encoding.UTF8.GetString(data)).EnumerateAsync(Token).GetAsyncEnumerator(Token);

    private static async Task<SseItem<string>> NextAsync(IAsyncEnumerator<SseItem<string>> events) =>
        await events.MoveNextAsync() ? events.Current : throw new InvalidOperationException("The stream has ended.");

    private async Task<HttpResponseMessage> PostAsync(string path, string body)
    {
        using var content = Json(body);
        return await Web.PostAsync(new Uri(path, UriKind.Relative), content, Token);
    }

    private async Task<long> SubmitAsync(string body)
    {
        using var answer = await PostAsync("trainings", body);
        Assert.True(answer.StatusCode == HttpStatusCode.Created, await answer.Content.ReadAsStringAsync(Token));
        return (await JsonOfAsync(answer)).GetProperty("job").GetInt64();
    }

    private async Task<JsonElement> GetAsync(string path)
    {
        using var answer = await Web.GetAsync(new Uri(path, UriKind.Relative), Token);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, await answer.Content.ReadAsStringAsync(Token));
        return await JsonOfAsync(answer);
    }

    private async Task<Stream> OpenAsync(string path, string? lastEvent = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        if (lastEvent is not null)
        {
            request.Headers.Add("Last-Event-ID", lastEvent);
        }

        var answer = await Web.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Token);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType!.MediaType);
        return await answer.Content.ReadAsStreamAsync(Token);
    }
}
