using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Orca.Training.Grpc.Tests.Support;
using Orca.Training.Jobs;
using Orca.Training.Testing.Conformance.Clients;

namespace Orca.Training.Grpc.Tests;

/// <summary>What trainings left, by plain HTTP from a real server.</summary>
public sealed class DownloadTests : IDisposable
{
    private readonly DataInstallation _installation = new();
    private readonly byte[] _content = RandomNumberGenerator.GetBytes(300_000);

    private static readonly (string Name, byte[] Content)[] Pictures =
    [
        ("curve.png", [0x89, .. "PNG\r\n"u8, 0x1A, 0x0A, 0, 0]),
        ("photo.bin", [0xFF, 0xD8, 0xFF, 0xE0]),
        ("page.png", [.. "<html>"u8]),
        ("drawing.svg", [.. "<svg xmlns='http://www.w3.org/2000/svg'/>"u8]),
        ("page.html", [.. "<!doctype html>"u8]),
    ];

    private static CancellationToken Token => Patience.Token;

    public void Dispose() => _installation.Dispose();

    [Theory]
    [InlineData("jobs/1/artifacts/deep/model%20ü.bin")]
    [InlineData("models/m/1/files/deep/model%20ü.bin")]
    [InlineData("models/m/production/files/deep/model%20ü.bin")]
    public async Task A_file_comes_whole_with_its_hash(string path)
    {
        await using var host = await StartAsync();

        using var answer = await AskAsync(host, HttpMethod.Get, path);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(_content, await answer.Content.ReadAsByteArrayAsync(Token));
        Assert.Equal($"\"{Convert.ToHexStringLower(SHA256.HashData(_content))}\"", answer.Headers.ETag!.Tag);
        Assert.Equal($"sha-256=:{Convert.ToBase64String(SHA256.HashData(_content))}:", Assert.Single(answer.Headers.GetValues("Repr-Digest")));
        Assert.Equal("bytes", Assert.Single(answer.Headers.AcceptRanges));
        Assert.Equal(("application/octet-stream", "attachment"), (answer.Content.Headers.ContentType!.MediaType, answer.Content.Headers.ContentDisposition!.DispositionType));
        Assert.Equal("model ü.bin", answer.Content.Headers.ContentDisposition.FileNameStar);
        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
    }

    [Theory]
    [InlineData("curve.png", "image/png")]
    [InlineData("photo.bin", "image/jpeg")]
    [InlineData("page.png", null)]
    [InlineData("drawing.svg", null)]
    [InlineData("page.html", null)]
    [InlineData("empty", null)]
    public async Task A_picture_is_shown_by_its_content_and_can_do_nothing_and_all_else_is_saved(string file, string? picture)
    {
        await using var host = await StartAsync();

        using var answer = await AskAsync(host, HttpMethod.Get, "models/m/1/files/" + file);

        Assert.Equal(picture ?? "application/octet-stream", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal(picture is null ? "attachment" : null, answer.Content.Headers.ContentDisposition?.DispositionType);
        Assert.Equal("default-src 'none'; sandbox", Assert.Single(answer.Headers.GetValues("Content-Security-Policy")));
        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal(Pictures.FirstOrDefault(p => p.Name == file).Content ?? [], await answer.Content.ReadAsByteArrayAsync(Token));
    }

    [Fact]
    public async Task All_files_of_a_model_are_of_one_version_though_its_alias_moves()
    {
        await using var host = await StartAsync();

        using var list = await AskAsync(host, HttpMethod.Get, "models/m/production/files");
        await _installation.TrainAsync(0.4, "m", ("other", [1]));
        await _installation.Client.Models.SetAliasAsync("m", "production", 2, Token);
        using var file = await AskAsync(host, HttpMethod.Get, "models/m/1/files/empty");

        Assert.Equal("/orca-training/models/m/1/files", list.Content.Headers.ContentLocation!.OriginalString);
        Assert.Contains("\ndeep/model ü.bin\n", await list.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.OK, "/orca-training/models/m/1/files/empty"), (file.StatusCode, file.Content.Headers.ContentLocation!.OriginalString));
    }

    [Theory]
    [InlineData("bytes=0-0", 0, 1)]
    [InlineData("bytes=100000-199999", 100_000, 100_000)]
    [InlineData("bytes=299999-", 299_999, 1)]
    [InlineData("bytes=-5", 299_995, 5)]
    [InlineData("bytes=299990-400000", 299_990, 10)]
    public async Task A_range_comes_as_it_is(string range, int from, int length)
    {
        await using var host = await StartAsync();

        using var answer = await AskAsync(host, HttpMethod.Get, "jobs/1/artifacts/deep/model%20ü.bin", range);

        Assert.Equal(HttpStatusCode.PartialContent, answer.StatusCode);
        Assert.Equal(new ContentRangeHeaderValue(from, from + length - 1, _content.Length), answer.Content.Headers.ContentRange);
        Assert.Equal(_content[from..(from + length)], await answer.Content.ReadAsByteArrayAsync(Token));
    }

    [Fact]
    public async Task A_range_that_is_not_within_the_file_is_not_satisfiable()
    {
        await using var host = await StartAsync();

        using var answer = await AskAsync(host, HttpMethod.Get, "jobs/1/artifacts/deep/model%20ü.bin", "bytes=300000-");

        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, answer.StatusCode);
        Assert.Equal(new ContentRangeHeaderValue(_content.Length), answer.Content.Headers.ContentRange);
    }

    [Fact]
    public async Task A_download_goes_on_only_if_the_file_is_still_the_same()
    {
        await using var host = await StartAsync();
        using var same = await AskAsync(host, HttpMethod.Get, "models/m/1/files/deep/model%20ü.bin", "bytes=5-9", $"\"{Convert.ToHexStringLower(SHA256.HashData(_content))}\"");
        using var other = await AskAsync(host, HttpMethod.Get, "models/m/1/files/deep/model%20ü.bin", "bytes=5-9", "\"other\"");

        Assert.Equal(_content[5..10], await same.Content.ReadAsByteArrayAsync(Token));
        Assert.Equal((HttpStatusCode.OK, _content.Length), (other.StatusCode, (await other.Content.ReadAsByteArrayAsync(Token)).Length));
    }

    [Fact]
    public async Task A_head_tells_of_a_file_without_its_bytes()
    {
        await using var host = await StartAsync();

        using var answer = await AskAsync(host, HttpMethod.Head, "jobs/1/artifacts/deep/model%20ü.bin");

        Assert.Equal((HttpStatusCode.OK, (long?)_content.Length), (answer.StatusCode, answer.Content.Headers.ContentLength));
        Assert.Equal($"\"{Convert.ToHexStringLower(SHA256.HashData(_content))}\"", answer.Headers.ETag!.Tag);
    }

    [Fact]
    public async Task An_empty_file_comes_as_one()
    {
        await using var host = await StartAsync();

        using var answer = await AskAsync(host, HttpMethod.Get, "jobs/1/artifacts/empty");

        Assert.Equal((HttpStatusCode.OK, (long?)0), (answer.StatusCode, answer.Content.Headers.ContentLength));
    }

    [Theory]
    [InlineData("jobs/1/artifacts/other", "Job 1 has published no file 'other'.")]
    [InlineData("jobs/1/artifacts/", "Job 1 has published no file ''.")]
    [InlineData("jobs/1/artifacts/..%2F..%2Fsecret", "Job 1 has published no file '..%2F..%2Fsecret'.")]
    [InlineData("jobs/2/artifacts/empty", "There is no run of job 2: the job does not exist, or no attempt has started.")]
    [InlineData("jobs/first/artifacts/empty", "There is no job 'first': a job's id is a number.")]
    [InlineData("jobs/-1/artifacts/empty", "There is no job '-1': a job's id is a number.")]
    [InlineData("models/nobody/1/files/empty", "The model 'nobody' has no version or alias '1'.")]
    [InlineData("models/m/2/files/empty", "The model 'm' has no version or alias '2'.")]
    [InlineData("models/m/1/files/other", "Version 1 of the model 'm' has no file 'other'.")]
    public async Task What_there_is_not_is_not_found(string path, string sentence)
    {
        await using var host = await StartAsync();

        using var answer = await AskAsync(host, HttpMethod.Get, path);

        Assert.Equal((HttpStatusCode.NotFound, sentence + "\n"), (answer.StatusCode, await answer.Content.ReadAsStringAsync(Token)));
    }

    [Fact]
    public async Task A_file_that_is_no_longer_what_was_published_is_broken_off_before_its_last_byte()
    {
        await using var host = (await StartAsync()).ExpectingErrors();
        var changed = (byte[])_content.Clone();
        changed[7] ^= 1;
        var artifact = (await _installation.Client.Runs.GetAsync(new JobId(1), Token)).Artifacts.Single(a => a.Size == _content.Length);
        await File.WriteAllBytesAsync(artifact.Location.LocalPath, changed, Token);

        using var http = new HttpClient();
        using var answer = await http.GetAsync(new Uri(host.Address, "/orca-training/jobs/1/artifacts/deep/model%20ü.bin"), HttpCompletionOption.ResponseHeadersRead, Token);
        await Assert.ThrowsAnyAsync<Exception>(() => answer.Content.ReadAsByteArrayAsync(Token));
    }

    [Fact]
    public async Task Runs_come_as_json_lines_with_the_conditions_of_a_query()
    {
        await using var host = await StartAsync();
        await _installation.TrainAsync(0.25, "m");

        using var all = await AskAsync(host, HttpMethod.Get, "runs.jsonl?model=m&state=succeeded&state=Failed&order_by=loss&smallest_first");
        using var second = await AskAsync(host, HttpMethod.Get, "runs.jsonl?before=2&limit=10");

        Assert.Equal("application/jsonl", all.Content.Headers.ContentType!.MediaType);
        var text = await all.Content.ReadAsStringAsync(Token);
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        Assert.Equal([(2, 0.25), (1, 0.5)], LinesOf(text).Select(l => (l.GetProperty("job").GetInt32(), l.GetProperty("metrics").GetProperty("loss").GetDouble())));
        Assert.Equal([1], LinesOf(await second.Content.ReadAsStringAsync(Token)).Select(l => l.GetProperty("job").GetInt32()));
    }

    [Theory]
    [InlineData("limit=0", "limit: 0 is not valid: give 1 to 1000.")]
    [InlineData("limit=many", "limit: 'many' is not a number: use digits only.")]
    [InlineData("before=-1", "before: '-1' is not a number: use digits only.")]
    [InlineData("state=Done", "state: 'Done' is not a state: give Queued, Launching, Running, Succeeded, Failed or Cancelled.")]
    [InlineData("state=3", "state: '3' is not a state: give Queued, Launching, Running, Succeeded, Failed or Cancelled.")]
    [InlineData("algoritm=cnn", "algoritm: Unknown condition: use one of algorithm, dataset, version, user, group, model, state, order_by, smallest_first, before, limit.")]
    public async Task A_condition_that_is_wrong_is_refused_and_not_passed_over(string query, string sentence)
    {
        await using var host = await StartAsync();

        using var answer = await AskAsync(host, HttpMethod.Get, "runs.jsonl?" + query);

        Assert.Equal((HttpStatusCode.BadRequest, sentence + "\n"), (answer.StatusCode, await answer.Content.ReadAsStringAsync(Token)));
    }

    [Theory]
    [InlineData("jobs/1/artifacts/empty")]
    [InlineData("models/m/1/files/empty")]
    [InlineData("runs.jsonl")]
    public async Task Nothing_is_sent_to_other_machines_unless_the_host_says_who_may_call(string path)
    {
        await using var closed = await StartAsync(from: IPAddress.Parse("10.0.0.1"));
        await using var open = await StartAsync(from: IPAddress.Parse("10.0.0.1"), isOpen: true);

        using var refused = await AskAsync(closed, HttpMethod.Get, path);
        using var answered = await AskAsync(open, HttpMethod.Get, path);

        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Contains("MapOrcaTraining().RequireAuthorization(policy)", await refused.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, answered.StatusCode);
    }

    private async Task<TrainingHost> StartAsync(IPAddress? from = null, bool isOpen = false)
    {
        if ((await _installation.Client.Models.ListAsync(Token)).Count == 0)
        {
            await _installation.TrainAsync(0.5, "m", [("deep/model ü.bin", _content), ("empty", []), .. Pictures]);
            await _installation.Client.Models.SetAliasAsync("m", "production", 1, Token);
        }

        return await TrainingHost.StartAsync(_installation.Clients, map: app =>
        {
            if (from is not null)
            {
                app.Use((context, next) =>
                {
                    context.Connection.RemoteIpAddress = from;
                    return next(context);
                });
            }

            var endpoints = app.MapOrcaTraining();
            if (isOpen)
            {
                endpoints.AllowAnyoneToDoEverything();
            }
        });
    }

    private static async Task<HttpResponseMessage> AskAsync(TrainingHost host, HttpMethod method, string path, string? range = null, string? ifRange = null)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(method, new Uri(host.Address, "/orca-training/" + path));
        if (range is not null)
        {
            request.Headers.Range = RangeHeaderValue.Parse(range);
        }

        if (ifRange is not null)
        {
            request.Headers.IfRange = RangeConditionHeaderValue.Parse(ifRange);
        }

        return await http.SendAsync(request, Token);
    }

    private static JsonElement[] LinesOf(string text) => [.. text.TrimEnd('\n').Split('\n').Select(l => JsonDocument.Parse(l).RootElement)];
}
