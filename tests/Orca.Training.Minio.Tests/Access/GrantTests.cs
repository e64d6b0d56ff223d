using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using global::Minio.DataModel.Args;
using Orca.Training.Access;
using Orca.Training.Artifacts;
using Orca.Training.Datasets;
using Orca.Training.Jobs;
using Orca.Training.Minio.Access;
using Orca.Training.Minio.Artifacts;
using Orca.Training.Minio.Datasets;
using Orca.Training.Minio.Objects;

namespace Orca.Training.Minio.Tests.Access;

/// <summary>What an attempt is given reaches its own places until it ends, and nothing else: the server itself refuses the rest.</summary>
public sealed class GrantTests(S3TestServer test) : IAsyncLifetime
{
    private static readonly AttemptName Own = NameOf(7, 1);

    private readonly MinioOptions _options = test.NewOptions();
    private S3Server _server = null!;
    private MinioArtifactStore _artifacts = null!;
    private AttemptAccess _access = null!;
    private string _data = "", _otherData = "";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = _options.Connect();
        var datasets = new MinioDatasetStore(_server, cache: null);
        _artifacts = new MinioArtifactStore(_server);
        var own = await datasets.AddAsync("own", [FileOf("examples.csv", "hello,greeting")], Cancel);
        var other = await datasets.AddAsync("other", [FileOf("examples.csv", "secret,secret")], Cancel);
        _data = DatasetKeys.Files(own);
        _otherData = DatasetKeys.Files(other);
        _access = new AttemptAccess(Own, await _artifacts.PrepareAsync(Own, Cancel)) { Data = await datasets.OpenAsync(own, Cancel) };
    }

    public ValueTask DisposeAsync()
    {
        _server.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Temporary_credentials_reach_the_attempts_own_places()
    {
        using var container = await ContainerAsync();
        var (data, runs) = (container.Bucket(_options.DatasetBucket), container.Bucket(_options.RunBucket));

        Assert.Equal("hello,greeting"u8.ToArray(), await data.ReadAsync($"{_data}/examples.csv", 100, Cancel));
        Assert.NotNull(await data.ReadAsync($"{_data[..^"/files".Length]}/manifest.json", 10_000, Cancel));
        await runs.PutAsync($"{RunKeys.Output(Own)}/model.pt", "model"u8.ToArray(), Cancel);
        await runs.PutAsync($"{RunKeys.Output(Own)}/large", new MemoryStream(new byte[40 << 20]), 40 << 20, Cancel);
        await runs.PutAsync($"{RunKeys.Checkpoint(Own.Installation, Own.Attempt.Job)}/last", "step"u8.ToArray(), Cancel);

        Assert.Equal(["large", "model.pt"], (await _artifacts.CollectAsync(Own, [], Cancel)).Select(a => a.Name));
    }

    [Fact]
    public async Task The_server_refuses_temporary_credentials_everything_else()
    {
        await _server.Bucket(_options.RunBucket).PutAsync($"{RunKeys.Output(NameOf(8, 1))}/model.pt", "theirs"u8.ToArray(), Cancel);
        using var container = await ContainerAsync();
        var (data, runs) = (container.Bucket(_options.DatasetBucket), container.Bucket(_options.RunBucket));

        await RefusedAsync(() => data.ReadAsync($"{_otherData}/examples.csv", 100, Cancel));
        await RefusedAsync(() => data.ListAsync("", Cancel).ToListAsync(Cancel).AsTask());
        await RefusedAsync(() => runs.ListAsync("", Cancel).ToListAsync(Cancel).AsTask());
        await RefusedAsync(() => data.PutAsync($"{_data}/examples.csv", "x"u8.ToArray(), Cancel));
        await RefusedAsync(() => data.RemoveAsync($"{_data}/examples.csv", Cancel));
        await RefusedAsync(() => runs.ReadAsync($"{RunKeys.Output(NameOf(8, 1))}/model.pt", 100, Cancel));
        foreach (var elsewhere in new[] { RunKeys.Output(NameOf(8, 1)), RunKeys.Output(NameOf(7, 2)), RunKeys.Checkpoint(Own.Installation, new JobId(8)) })
        {
            await RefusedAsync(() => runs.PutAsync($"{elsewhere}/x", "x"u8.ToArray(), Cancel));
        }

        await RefusedAsync(() => runs.PutAsync(RunKeys.Access(Own), "x"u8.ToArray(), Cancel));
    }

    [Fact]
    public async Task What_was_collected_no_credentials_of_its_attempt_can_change_or_add_to()
    {
        using var container = await ContainerAsync();
        var runs = container.Bucket(_options.RunBucket);
        await runs.PutAsync($"{RunKeys.Output(Own)}/d/model.pt", "model"u8.ToArray(), Cancel);
        var published = Assert.Single(await _artifacts.CollectAsync(Own, [], Cancel));

        await runs.PutAsync($"{RunKeys.Output(Own)}/d/model.pt", "other"u8.ToArray(), Cancel);
        await runs.PutAsync($"{RunKeys.Output(Own)}/more", "more"u8.ToArray(), Cancel);
        var key = S3Address.Of(published.Location).Key;
        await RefusedAsync(() => runs.PutAsync(key, "other"u8.ToArray(), Cancel));
        await RefusedAsync(() => runs.RemoveAsync(key, Cancel));

        await ModelCheck.VerifyAsync(_artifacts, [published], Cancel);
        await _artifacts.RemoveAsync(Own.Installation, Own.Attempt.Job, exceptAttempt: 1, Cancel);
        Assert.Equal([key], await _server.Bucket(_options.RunBucket).ListAsync(RunKeys.Job(Own.Installation, Own.Attempt.Job), Cancel).Select(o => o.Key).ToListAsync(Cancel));
    }

    [Fact]
    public async Task A_form_that_was_kept_changes_nothing_of_what_was_collected()
    {
        _options.Credentials = ContainerCredentials.PresignedUrls;
        using var access = Access();
        using var http = new HttpClient();
        var grant = await access.GrantAsync(_access, Cancel);
        using var document = JsonDocument.Parse(await http.GetStringAsync(grant.Environment["ORCA_PRESIGNED_URLS"], Cancel));
        var form = document.RootElement.GetProperty("output");
        await _server.Bucket(_options.RunBucket).PutAsync($"{RunKeys.Output(Own)}/model.pt", "model"u8.ToArray(), Cancel);
        var published = Assert.Single(await _artifacts.CollectAsync(Own, [], Cancel));

        Assert.Equal(HttpStatusCode.NoContent, await PostAsync(http, form, "model.pt"));
        Assert.Equal(HttpStatusCode.Forbidden, await PostAsync(http, form, "published/model.pt", RunKeys.Attempt(Own) + "/"));

        await ModelCheck.VerifyAsync(_artifacts, [published], Cancel);
    }

    [Theory]
    [InlineData("x-amz-acl", "public-read")]
    [InlineData("x-amz-meta-x-amz-acl", "public-read")]
    [InlineData("x-amz-grant-read", "uri=\"http://acs.amazonaws.com/groups/global/AllUsers\"")]
    public async Task What_was_collected_nobody_can_read_to_whom_its_attempt_had_opened_it(string header, string value)
    {
        using var container = await ContainerAsync();
        using var http = new HttpClient();
        using var content = new MemoryStream("model"u8.ToArray());
        var put = new PutObjectArgs().WithBucket(_options.RunBucket).WithObject($"{RunKeys.Output(Own)}/model.pt").WithStreamData(content).WithObjectSize(content.Length)
            .WithHeaders(new Dictionary<string, string> { [header] = value });
        await container.Client.PutObjectAsync(put, Cancel);

        var published = Assert.Single(await _artifacts.CollectAsync(Own, [], Cancel));

        foreach (var key in new[] { S3Address.Of(published.Location).Key, $"{RunKeys.Output(Own)}/model.pt" })
        {
            using var answer = await http.GetAsync(new Uri($"{_options.Endpoint}/{_options.RunBucket}/{key}"), Cancel);
            Assert.True(answer.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.NotFound, $"{key}: {answer.StatusCode}");
        }
    }

    [Fact]
    public async Task Temporary_credentials_end_and_renewed_ones_can_be_read_with_those_before()
    {
        _options.CredentialLifetime = TimeSpan.FromSeconds(4);
        using var access = Access();
        var grant = await access.GrantAsync(_access, Cancel);
        using var first = Container(grant.Environment["AWS_ACCESS_KEY_ID"], grant.Environment["AWS_SECRET_ACCESS_KEY"], grant.Environment["AWS_SESSION_TOKEN"]);

        await access.RenewAsync(_access, Cancel);
        using var renewed = JsonDocument.Parse((await first.Bucket(_options.RunBucket).ReadAsync(RunKeys.Access(Own), 10_000, Cancel))!);
        var key = $"{_data}/examples.csv";
        await EndedAsync(async () => await first.Bucket(_options.DatasetBucket).ReadAsync(key, 100, Cancel));
        await RefusedAsync(() => first.Bucket(_options.RunBucket).PutAsync($"{RunKeys.Output(Own)}/late", "x"u8.ToArray(), Cancel));

        await access.RenewAsync(_access, Cancel);
        using var again = JsonDocument.Parse((await _server.Bucket(_options.RunBucket).ReadAsync(RunKeys.Access(Own), 10_000, Cancel))!);
        using var second = Container(Text(again, "AccessKeyId"), Text(again, "SecretAccessKey"), Text(again, "SessionToken"));
        Assert.NotNull(await second.Bucket(_options.DatasetBucket).ReadAsync(key, 100, Cancel));
        Assert.True(renewed.RootElement.GetProperty("Expiration").GetDateTimeOffset() > grant.ExpiresAt - TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task Presigned_URLs_reach_the_attempts_own_places_and_no_form_reaches_others()
    {
        _options.Credentials = ContainerCredentials.PresignedUrls;
        await _server.Bucket(_options.RunBucket).PutAsync($"{RunKeys.Checkpoint(Own.Installation, Own.Attempt.Job)}/last", "step 3"u8.ToArray(), Cancel);
        using var access = Access();
        using var http = new HttpClient();

        var grant = await access.GrantAsync(_access, Cancel);
        using var document = JsonDocument.Parse(await http.GetStringAsync(grant.Environment["ORCA_PRESIGNED_URLS"], Cancel));
        var root = document.RootElement;

        Assert.Equal("hello,greeting", await http.GetStringAsync(root.GetProperty("data").GetProperty("examples.csv").GetString(), Cancel));
        Assert.Equal("step 3", await http.GetStringAsync(root.GetProperty("checkpoint").GetProperty("read").GetProperty("last").GetString(), Cancel));
        Assert.Equal(HttpStatusCode.NoContent, await PostAsync(http, root.GetProperty("output"), "d/model.pt"));
        Assert.Equal(HttpStatusCode.NoContent, await PostAsync(http, root.GetProperty("checkpoint").GetProperty("write"), "last"));
        Assert.Equal(HttpStatusCode.NoContent, await PostAsync(http, root.GetProperty("checkpoint").GetProperty("write"), "best"));
        Assert.Equal("content", await http.GetStringAsync(root.GetProperty("checkpoint").GetProperty("read").GetProperty("best").GetString(), Cancel));
        Assert.Equal(["d/model.pt"], (await _artifacts.CollectAsync(Own, [], Cancel)).Select(a => a.Name));
        Assert.Equal(HttpStatusCode.Forbidden, await PostAsync(http, root.GetProperty("output"), "model.pt", RunKeys.Output(NameOf(8, 1)) + "/"));
        Assert.Equal(HttpStatusCode.Forbidden, await PostAsync(http, root.GetProperty("output"), "model.pt", RunKeys.Output(NameOf(7, 2)) + "/"));
        Assert.DoesNotContain("AWS_SECRET_ACCESS_KEY", grant.Environment.Keys);
    }

    [Fact]
    public async Task Presigned_URLs_end()
    {
        _options.Credentials = ContainerCredentials.PresignedUrls;
        _options.CredentialLifetime = TimeSpan.FromSeconds(3);
        using var access = Access();
        using var http = new HttpClient();
        var grant = await access.GrantAsync(_access, Cancel);
        using var document = JsonDocument.Parse(await http.GetStringAsync(grant.Environment["ORCA_PRESIGNED_URLS"], Cancel));
        var url = document.RootElement.GetProperty("data").GetProperty("examples.csv").GetString();

        await EndedAsync(async () =>
        {
            using var answer = await http.GetAsync(url, Cancel);
            if (answer.StatusCode is HttpStatusCode.Forbidden)
            {
                throw new S3Exception("", null, answer.StatusCode);
            }
        });

        Assert.Equal(HttpStatusCode.Forbidden, await PostAsync(http, document.RootElement.GetProperty("output"), "late"));
    }

    [Fact]
    public async Task A_server_that_gives_no_temporary_credentials_is_found_out_and_presigned_URLs_are_given()
    {
        _options.RoleArn = "arn:aws:iam:::role/there-is-none";
        using var access = Access();

        Assert.True((await access.GrantAsync(_access, Cancel)).Environment.ContainsKey("ORCA_PRESIGNED_URLS"));

        _options.RoleArn = test.RoleArn;
        using var other = Access();
        Assert.True((await other.GrantAsync(_access, Cancel)).Environment.ContainsKey("AWS_SESSION_TOKEN"));
    }

    [Fact]
    public async Task Nothing_that_is_given_or_told_holds_the_hosts_own_secret()
    {
        using var access = Access();
        var grant = await access.GrantAsync(_access, Cancel);
        _options.Credentials = ContainerCredentials.PresignedUrls;
        using var presigned = Access();
        var urls = await presigned.GrantAsync(_access, Cancel);

        Assert.DoesNotContain(grant.Environment.Values.Concat(urls.Environment.Values), v => v.Contains(_options.SecretKey, StringComparison.Ordinal));
        Assert.DoesNotContain(grant.Environment["AWS_SECRET_ACCESS_KEY"], grant.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(grant.Environment["AWS_SESSION_TOKEN"], grant.ToString(), StringComparison.Ordinal);
    }

    private static AttemptName NameOf(int job, int attempt) => new(new InstallationId("here"), new AttemptId(new JobId(job), attempt));

    private static DatasetFile FileOf(string name, string text) =>
        new(name, _ => ValueTask.FromResult<Stream>(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text))));

    private static string Text(JsonDocument json, string name) => json.RootElement.GetProperty(name).GetString()!;

    private static async Task RefusedAsync(Func<Task> call)
    {
        var error = await Assert.ThrowsAsync<S3Exception>(call);
        Assert.Equal(HttpStatusCode.Forbidden, error.Status);
    }

    /// <summary>Waits until the server refuses it, since only its own clock says when that is.</summary>
    private static async Task EndedAsync(Func<Task> call)
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                await call();
                Assert.True(tries < 200, "It does not end.");
            }
            catch (S3Exception e)
            {
                Assert.Equal(HttpStatusCode.Forbidden, e.Status);
                return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, Cancel);
        }
    }

    private static async Task<HttpStatusCode> PostAsync(HttpClient http, JsonElement form, string name, string? prefix = null)
    {
        using var content = new MultipartFormDataContent();
        foreach (var field in form.GetProperty("fields").EnumerateObject())
        {
            content.Add(new StringContent(field.Value.GetString()!), $"\"{field.Name}\"");
        }

        content.Add(new StringContent((prefix ?? form.GetProperty("prefix").GetString()) + name), "\"key\"");
        content.Add(new ByteArrayContent("content"u8.ToArray()), "\"file\"", "\"file\"");
        using var answer = await http.PostAsync(form.GetProperty("url").GetString(), content, Cancel);
        return answer.StatusCode;
    }

    private MinioPlaceAccess Access() => new(_server, NullLogger<MinioPlaceAccess>.Instance);

    private async Task<S3Server> ContainerAsync()
    {
        using var access = Access();
        var grant = await access.GrantAsync(_access, Cancel);
        return Container(grant.Environment["AWS_ACCESS_KEY_ID"], grant.Environment["AWS_SECRET_ACCESS_KEY"], grant.Environment["AWS_SESSION_TOKEN"]);
    }

    private S3Server Container(string key, string secret, string token) =>
        new(new MinioOptions { Endpoint = _options.Endpoint, AccessKey = key, SecretKey = secret, DatasetBucket = _options.DatasetBucket, RunBucket = _options.RunBucket }, TimeProvider.System, token);
}
