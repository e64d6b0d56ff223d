using System.Text.Json;
using Docker.DotNet;
using Orca.Training.Client;
using Orca.Training.Datasets;
using Orca.Training.Jobs;
using Orca.Training.Minio.Datasets;

namespace Orca.Training.EndToEnd.Tests.S3;

/// <summary>What a container can do with what it was given, tried from within: the server refuses all but its own places, and nothing tells the host's secret.</summary>
public sealed class ContainerAccessTests(S3TestServerWithNetwork s3) : IClassFixture<S3TestServerWithNetwork>
{
    private const string Prelude =
        """
        import os, sys, time, boto3, botocore
        from botocore.config import Config
        s3 = boto3.client("s3", endpoint_url=os.environ["AWS_ENDPOINT_URL"], config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1}))
        data, runs, prefix = os.environ["TRAINING_DATA_BUCKET"], os.environ["MODEL_BUCKET"], os.environ["MODEL_OBJECT_PREFIX"]
        job = prefix.rsplit("/", 2)[0]
        own = os.environ["TRAINING_DATA_PATH"] + "/secret.txt"
        def attempt(name, call):
            try:
                call()
                print(name, "done", flush=True)
            except botocore.exceptions.ClientError as error:
                print(name, error.response["ResponseMetadata"]["HTTPStatusCode"], flush=True)

        """;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_container_reaches_its_own_places_and_the_server_refuses_it_all_others()
    {
        const string script = Prelude +
            """
            attempt("read own data", lambda: s3.get_object(Bucket=data, Key=own))
            attempt("write own output", lambda: s3.put_object(Bucket=runs, Key=prefix + "/model.txt", Body=b"model"))
            attempt("write own checkpoint", lambda: s3.put_object(Bucket=runs, Key=job + "/checkpoint/last", Body=b"step"))
            attempt("read other data", lambda: s3.get_object(Bucket=data, Key=os.environ["OTHER"]))
            attempt("list data", lambda: s3.list_objects_v2(Bucket=data))
            attempt("list runs", lambda: s3.list_objects_v2(Bucket=runs))
            attempt("list buckets", lambda: s3.list_buckets())
            attempt("change own data", lambda: s3.put_object(Bucket=data, Key=own, Body=b"other"))
            attempt("delete own data", lambda: s3.delete_object(Bucket=data, Key=own))
            attempt("write another attempt", lambda: s3.put_object(Bucket=runs, Key=job + "/99/output/model.txt", Body=b"x"))
            attempt("write another run", lambda: s3.put_object(Bucket=runs, Key=job.rsplit("/", 1)[0] + "/999/1/output/model.txt", Body=b"x"))
            attempt("write another checkpoint", lambda: s3.put_object(Bucket=runs, Key=job.rsplit("/", 1)[0] + "/999/checkpoint/last", Body=b"x"))
            attempt("make a bucket", lambda: s3.create_bucket(Bucket="a-bucket-of-its-own"))
            """;
        await using var service = await StartAsync(script);
        var other = await AddAsync(service, "other", "theirs");

        var (status, lines) = await RunAsync(service, ("OTHER", DatasetKeys.File(other, "secret.txt")));

        Assert.True(status.State is JobState.Succeeded, status.Message);
        Assert.Equal(
            [
                "read own data done", "write own output done", "write own checkpoint done", "read other data 403", "list data 403", "list runs 403", "list buckets 403",
                "change own data 403", "delete own data 403", "write another attempt 403", "write another run 403", "write another checkpoint 403", "make a bucket 403",
            ],
            lines);
        Assert.Equal("model.txt", Assert.Single(status.Artifacts).Name);
    }

    [Fact]
    public async Task What_a_container_was_given_ends_and_what_was_renewed_goes_on()
    {
        const string script = Prelude +
            """
            import json
            bucket, key = os.environ["ORCA_CREDENTIALS_OBJECT"].removeprefix("s3://").split("/", 1)
            for _ in range(50):
                try:
                    new = json.loads(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
                    break
                except botocore.exceptions.ClientError:
                    time.sleep(0.1)
            attempt("read with the first", lambda: s3.get_object(Bucket=data, Key=own))
            second = boto3.client("s3", endpoint_url=os.environ["AWS_ENDPOINT_URL"], aws_access_key_id=new["AccessKeyId"], aws_secret_access_key=new["SecretAccessKey"],
                                  aws_session_token=new["SessionToken"], config=Config(s3={"addressing_style": "path"}))
            time.sleep(6)
            attempt("read with the first later", lambda: s3.get_object(Bucket=data, Key=own))
            attempt("write with the first later", lambda: s3.put_object(Bucket=runs, Key=prefix + "/late", Body=b"x"))
            """;
        await using var service = await StartAsync(script, o => o.CredentialLifetime = TimeSpan.FromSeconds(6));

        var (_, lines) = await RunAsync(service);

        Assert.Equal(["read with the first done", "read with the first later 403", "write with the first later 403"], lines);
    }

    [Fact]
    public async Task A_training_that_is_longer_than_its_credentials_writes_its_model_at_its_end()
    {
        // The module renews by itself.
        const string script =
            """
            import orca, time
            def train():
                orca.dataset()
                time.sleep(12)
                with orca.atomic_file(orca.output_path() / "model.txt", "w") as file:
                    file.write("late")
                orca.artifact("model.txt")
            orca.run(train)
            """;
        foreach (var kind in new[] { ContainerCredentials.Temporary, ContainerCredentials.PresignedUrls })
        {
            await using var service = await StartAsync(script, o =>
            {
                o.Credentials = kind;
                o.CredentialLifetime = TimeSpan.FromSeconds(6);
            });

            var (status, _) = await RunAsync(service);

            Assert.True(status.State is JobState.Succeeded, $"{kind}: {status.Message}");
            Assert.Equal("model.txt", Assert.Single(status.Artifacts).Name);
        }
    }

    [Fact]
    public async Task Nothing_that_anybody_can_look_at_tells_the_hosts_secret_or_a_containers()
    {
        await using var service = await StartAsync("import time; time.sleep(30)");
        await AddAsync(service, "own", "ours");
        var job = await service.Client.TrainAsync(new TrainingRequest { Algorithm = "python", DatasetId = "own" }, Cancel);
        var running = await service.WaitAsync(job, s => s.State is JobState.Running);
        using var engine = new DockerClientBuilder().Build();

        var container = await engine.Containers.InspectContainerAsync(running.Attempts[0].Incarnations[0], Cancel);
        await service.Client.CancelTrainingAsync(job, Cancel);
        var ended = await service.FinishAsync(job);

        var token = container.Config!.Env!.Single(e => e.StartsWith("AWS_SESSION_TOKEN=", StringComparison.Ordinal)).Split('=', 2)[1];
        var secret = container.Config.Env!.Single(e => e.StartsWith("AWS_SECRET_ACCESS_KEY=", StringComparison.Ordinal)).Split('=', 2)[1];
        Assert.DoesNotContain(s3.SecretKey, JsonSerializer.Serialize(container), StringComparison.Ordinal);
        var told = JsonSerializer.Serialize(container.Config.Labels) + JsonSerializer.Serialize(ended.Message) + JsonSerializer.Serialize(running.Message)
            + string.Join('\n', await LogAsync(service, job)) + JsonSerializer.Serialize(ended.Attempts);
        Assert.DoesNotContain(s3.SecretKey, told, StringComparison.Ordinal);
        Assert.DoesNotContain(token, told, StringComparison.Ordinal);
        Assert.DoesNotContain(secret, told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_next_attempt_finds_the_checkpoint_of_the_last_on_the_server()
    {
        const string script = Prelude +
            """
            key = job + "/checkpoint/step"
            if os.environ["ORCA_ATTEMPT"] == "1":
                s3.put_object(Bucket=runs, Key=key, Body=b"41")
                sys.exit(3)
            print("step", int(s3.get_object(Bucket=runs, Key=key)["Body"].read()) + 1, flush=True)
            """;
        await using var service = await StartAsync(script);
        await AddAsync(service, "own", "ours");
        var retries = new RetryPolicy { MaxRetries = 1, FirstPause = TimeSpan.Zero };

        var job = await service.Client.TrainAsync(new TrainingRequest { Algorithm = "python", DatasetId = "own", Retries = retries }, Cancel);
        var status = await service.FinishAsync(job);

        Assert.True(status.State is JobState.Succeeded, status.Message);
        Assert.Equal(["step 42"], await LogAsync(service, job));
    }

    private static async Task<DatasetVersion> AddAsync(Service service, string dataset, string text) => await service.Datasets.AddAsync(
        dataset, [new DatasetFile("secret.txt", _ => ValueTask.FromResult<Stream>(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text))))], Cancel);

    private static async Task<(TrainingStatus Status, List<string> Lines)> RunAsync(Service service, params (string Name, string Value)[] parameters)
    {
        await AddAsync(service, "own", "ours");
        var job = await service.Client.TrainAsync(
            new TrainingRequest { Algorithm = "python", DatasetId = "own", Parameters = parameters.ToDictionary(p => p.Name, p => p.Value) }, Cancel);
        return (await service.FinishAsync(job), await LogAsync(service, job));
    }

    private static async Task<List<string>> LogAsync(Service service, JobId job) =>
        await service.Client.StreamLogsAsync(job, cancellationToken: Cancel).Select(l => l.Text).Where(t => !t.StartsWith('{')).ToListAsync(Cancel);

    private async Task<Service> StartAsync(string script, Action<MinioOptions>? minio = null)
    {
        await Repository.RunScriptAsync("python-image.sh", [], engine: null, Cancel);
        return await S3Services.StartAsync(s3, minio, o => o.AddAlgorithm("python", "orca-training/python:latest", a =>
        {
            a.Parameters["SCRIPT"] = script;
            a.MemoryMiB = 512;
        }));
    }
}
