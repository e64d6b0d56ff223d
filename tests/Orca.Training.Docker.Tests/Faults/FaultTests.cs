using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Orca.Training.Docker.Tests.Engine;
using Orca.Training.Jobs;
using Orca.Training.Machines;

namespace Orca.Training.Docker.Tests.Faults;

public sealed class FaultTests
{
    private static readonly RuntimeScope Scope = new("app", new InstallationId("inst"));
    private static readonly AttemptName Attempt = new(Scope.Installation, new AttemptId(new JobId(7), 1));

    private static readonly AttemptSpec Spec = new()
    {
        Name = Attempt,
        Application = Scope.Application,
        Image = "image",
        Environment = new Dictionary<string, string>(StringComparer.Ordinal),
    };

    private const string Watch = "watch";

    private readonly RecordedPhases phases = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static readonly Dictionary<string, Func<IContainerRuntime, Task>> Calls = new(StringComparer.Ordinal)
    {
        ["describe"] = r => r.DescribeAsync(Token),
        ["list"] = r => r.ListAsync(Scope, Token),
        ["start"] = r => r.StartAsync(Spec, new RecordedPhases(), Token),
        ["stop"] = r => r.StopAsync(Attempt, TimeSpan.Zero, Token),
        ["remove"] = r => r.RemoveAsync(Attempt, Token),
        ["output"] = r => r.ReadOutputAsync(Attempt, 0, default, Token).ToListAsync(Token).AsTask(),
        [Watch] = r => r.WatchAsync(Scope, Token).ToListAsync(Token).AsTask(),
    };

    public static TheoryData<string> EachCall => [.. Calls.Keys];

    // A watch is silent by nature; that the engine hangs shows in the next listing.
    public static TheoryData<string> EachCallThatAnswers => [.. Calls.Keys.Where(c => c != Watch)];

    [Theory]
    [MemberData(nameof(EachCall))]
    public async Task An_engine_that_is_not_there_is_named_with_the_way_out(string call)
    {
        using var runtime = Runtime(new Uri("unix:///tmp/orca-no-such.sock"));
        var exception = await Assert.ThrowsAsync<RuntimeUnavailableException>(() => Calls[call](runtime));

        Assert.Contains("unix:///tmp/orca-no-such.sock", exception.Message, StringComparison.Ordinal);
        Assert.Contains("is the engine running", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(EachCall))]
    public async Task An_engine_that_fails_is_quoted(string call)
    {
        await using var engine = new FakeEngine(FakeEngine.Json(500, """{"message":"the daemon has a headache"}"""));
        using var runtime = Runtime(engine.Endpoint);
        var exception = await Assert.ThrowsAsync<RuntimeUnavailableException>(() => Calls[call](runtime));

        Assert.Contains("500 (the daemon has a headache)", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(EachCall))]
    public async Task An_engine_that_talks_nonsense_is_unavailable(string call)
    {
        await using var engine = new FakeEngine("SSH-2.0-OpenSSH_9.2\r\n\r\n");
        using var runtime = Runtime(engine.Endpoint);

        await Assert.ThrowsAsync<RuntimeUnavailableException>(() => Calls[call](runtime));
    }

    [Theory]
    [MemberData(nameof(EachCall))]
    public async Task An_engine_that_hangs_up_without_an_answer_is_unavailable(string call)
    {
        await using var engine = new FakeEngine("");
        using var runtime = Runtime(engine.Endpoint);

        await Assert.ThrowsAsync<RuntimeUnavailableException>(() => Calls[call](runtime));
    }

    [Theory]
    [MemberData(nameof(EachCallThatAnswers))]
    public async Task An_engine_that_hangs_is_given_up_after_the_limit(string call)
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var engine = new FakeEngine((_, _, token) =>
        {
            asked.TrySetResult();
            return FakeEngine.Hang(token);
        });
        var time = new FakeTimeProvider();
        using var runtime = Runtime(engine.Endpoint, time);
        var asking = Calls[call](runtime);
        await asked.Task.WaitAsync(Token);
        time.Advance(TimeSpan.FromSeconds(29));
        Assert.False(asking.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));
        var exception = await Assert.ThrowsAsync<RuntimeUnavailableException>(() => asking);

        Assert.Contains("within 30 s (DockerOptions.CallTimeout)", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_caller_that_gives_up_gets_its_own_cancellation()
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var engine = new FakeEngine((_, _, token) =>
        {
            asked.TrySetResult();
            return FakeEngine.Hang(token);
        });
        using var runtime = Runtime(engine.Endpoint);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var asking = runtime.ListAsync(Scope, enough.Token);
        await asked.Task.WaitAsync(Token);
        await enough.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
    }

    [Fact]
    public async Task An_engine_that_is_too_old_is_told_to_be_upgraded()
    {
        await using var engine = new FakeEngine(FakeEngine.Json(200, """{"Version":"19.03.1","ApiVersion":"1.40"}"""));
        using var runtime = Runtime(engine.Endpoint);
        var exception = await Assert.ThrowsAsync<RuntimeUnavailableException>(() => runtime.DescribeAsync(Token));

        Assert.Contains("API 1.40", exception.Message, StringComparison.Ordinal);
        Assert.Contains("upgrade", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0\r\n\r\n")]
    [InlineData("5\r\n{\"Ty")]
    public async Task Events_that_end_give_what_came_and_then_throw(string ending)
    {
        await using var engine = new FakeEngine(FakeEngine.Stream() + FakeEngine.Chunk(Event("start")) + ending);
        using var runtime = Runtime(engine.Endpoint);
        var seen = new List<ContainerObservation>();
        await Assert.ThrowsAsync<RuntimeUnavailableException>(async () =>
        {
            await foreach (var observation in runtime.WatchAsync(Scope, Token))
            {
                seen.Add(observation);
            }
        });

        Assert.Equal((Attempt, ContainerState.Running), (Assert.Single(seen).Attempt, seen[0].State));
    }

    [Fact]
    public async Task A_watcher_that_falls_behind_loses_the_stream_and_no_memory()
    {
        // The first event is read; while its reader is busy, more come than are kept.
        var sent = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var engine = new FakeEngine(async (_, socket, token) =>
        {
            await FakeEngine.SendAsync(socket, FakeEngine.Stream(), token);
            for (var i = 0; i < 3_000; i++)
            {
                await FakeEngine.SendAsync(socket, FakeEngine.Chunk(Event("start")), token);
            }

            sent.TrySetResult();
            await FakeEngine.Hang(token);
        });
        using var runtime = Runtime(engine.Endpoint);
        var count = 0;
        var exception = await Assert.ThrowsAsync<RuntimeUnavailableException>(async () =>
        {
            await foreach (var _ in runtime.WatchAsync(Scope, Token))
            {
                if (count++ == 0)
                {
                    // The sender ends when the client stops reading and hangs up, or when all is sent.
                    await Task.WhenAny(sent.Task, Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, Token));
                }
            }
        });

        Assert.Contains("1024 events", exception.Message, StringComparison.Ordinal);
        Assert.InRange(count, 1, 1_100);
    }

    [Fact]
    public async Task Output_that_breaks_within_a_message_throws_after_the_lines_that_came()
    {
        var line = "2026-11-24T23:31:01.000000001Z one\n";
        var message = "\x01\0\0\0\0\0\0" + (char)line.Length + line;
        await using var engine = new FakeEngine(
            FakeEngine.Stream("application/vnd.docker.raw-stream") + FakeEngine.Chunk(message) + FakeEngine.Chunk(message[..20]) + "0\r\n\r\n");
        using var runtime = Runtime(engine.Endpoint);
        var lines = new List<string>();
        await Assert.ThrowsAsync<RuntimeUnavailableException>(async () =>
        {
            await foreach (var read in runtime.ReadOutputAsync(Attempt, 0, default, Token))
            {
                lines.Add(read.Text);
            }
        });

        Assert.Equal(["one"], lines);
    }

    [Fact]
    public async Task Output_that_ends_while_the_container_runs_is_no_end()
    {
        await using var engine = new FakeEngine((request, socket, token) => FakeEngine.SendAsync(
            socket,
            request.Contains("/logs", StringComparison.Ordinal)
                ? FakeEngine.Stream("application/vnd.docker.raw-stream") + "0\r\n\r\n"
                : FakeEngine.Json(200, """{"Id":"c","State":{"Status":"running","Running":true}}"""),
            token));
        using var runtime = Runtime(engine.Endpoint);
        var exception = await Assert.ThrowsAsync<RuntimeUnavailableException>(
            async () => await runtime.ReadOutputAsync(Attempt, 0, default, Token).ToListAsync(Token));

        Assert.Contains("while the container runs", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pull_reports_progress_and_its_image_is_started()
    {
        var isPulled = false;
        await using var engine = new FakeEngine(async (request, socket, token) =>
        {
            if (request.Contains("/images/create", StringComparison.Ordinal))
            {
                Assert.Contains("fromImage=image%3Alatest", request, StringComparison.OrdinalIgnoreCase);
                await FakeEngine.SendAsync(
                    socket,
                    FakeEngine.Stream()
                        + FakeEngine.Chunk("""{"status":"Downloading","id":"a","progressDetail":{"current":50,"total":100}}""" + "\r\n")
                        + FakeEngine.Chunk("""{"status":"Pull complete","id":"a","progressDetail":{}}""" + "\r\n")
                        + "0\r\n\r\n",
                    token);
                isPulled = true;
            }
            else
            {
                await FakeEngine.SendAsync(socket, request switch
                {
                    _ when request.Contains("/start", StringComparison.Ordinal) => "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n",
                    _ when isPulled => FakeEngine.Json(201, """{"Id":"abc","Warnings":[]}"""),
                    _ => FakeEngine.Json(404, """{"message":"No such image: image:latest"}"""),
                }, token);
            }
        });
        using var runtime = Runtime(engine.Endpoint);

        Assert.Equal(["abc"], Assert.IsType<StartResult.Started>(await runtime.StartAsync(Spec, phases, Token)).Incarnations);
        Assert.Equal([null, 0.5, 1], phases.All.Where(p => p.Step == LaunchStep.PullingImage).Select(p => p.Fraction));
    }

    [Theory]
    [InlineData(404, "pull access denied for image, repository does not exist or may require 'docker login'", "ImageNotFound")]
    [InlineData(404, "manifest for image:latest not found: manifest unknown", "ImageNotFound")]
    [InlineData(500, "Get \"https://registry/v2/\": dial tcp: lookup registry: no such host", "ImagePullFailed")]
    [InlineData(500, "toomanyrequests: You have reached your pull rate limit", "ImagePullFailed")]
    public async Task A_refused_pull_says_whether_the_image_is_missing_or_out_of_reach(int status, string words, string code)
    {
        await using var engine = new FakeEngine((request, socket, token) => FakeEngine.SendAsync(
            socket,
            request.Contains("/images/create", StringComparison.Ordinal)
                ? FakeEngine.Json(status, $$"""{"message":"{{words.Replace("\"", "\\\"", StringComparison.Ordinal)}}"}""")
                : FakeEngine.Json(404, """{"message":"No such image: image:latest"}"""),
            token));
        using var runtime = Runtime(engine.Endpoint);
        var outcome = Assert.IsType<StartResult.Failed>(await runtime.StartAsync(Spec, phases, Token)).Outcome;

        Assert.Equal(code, outcome.Code.Name);
        Assert.Contains("'image'", outcome.Message, StringComparison.Ordinal);
        Assert.Contains(words, outcome.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pull_that_fails_half_way_says_so()
    {
        await using var engine = new FakeEngine((request, socket, token) => FakeEngine.SendAsync(
            socket,
            request.Contains("/images/create", StringComparison.Ordinal)
                ? FakeEngine.Stream() + FakeEngine.Chunk("""{"errorDetail":{"message":"unexpected EOF"},"error":"unexpected EOF"}""") + "0\r\n\r\n"
                : FakeEngine.Json(404, """{"message":"No such image: image:latest"}"""),
            token));
        using var runtime = Runtime(engine.Endpoint);
        var outcome = Assert.IsType<StartResult.Failed>(await runtime.StartAsync(Spec, phases, Token)).Outcome;

        Assert.Equal(OutcomeCode.ImagePullFailed, outcome.Code);
        Assert.Contains("unexpected EOF", outcome.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_machine_without_room_defers_the_start_and_keeps_no_container()
    {
        var removed = 0;
        await using var engine = new FakeEngine((request, socket, token) =>
        {
            removed += request.StartsWith("DELETE", StringComparison.Ordinal) ? 1 : 0;
            return FakeEngine.SendAsync(socket, request switch
            {
                _ when request.Contains("/create", StringComparison.Ordinal) => FakeEngine.Json(201, """{"Id":"abc","Warnings":[]}"""),
                _ when removed > 0 => "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n",
                _ => FakeEngine.Json(500, """{"message":"mkdir /run/docker/x: no space left on device"}"""),
            }, token);
        });
        using var runtime = Runtime(engine.Endpoint);
        var deferred = Assert.IsType<StartResult.Deferred>(await runtime.StartAsync(Spec, phases, Token));

        Assert.Contains("no space left", deferred.Reason, StringComparison.Ordinal);
        Assert.Equal(1, removed);
    }

    [Fact]
    public async Task Starts_at_a_time_are_bounded_and_a_waiting_one_can_be_given_up()
    {
        int now = 0, most = 0;
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var full = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var engine = new FakeEngine(async (request, socket, token) =>
        {
            if (request.Contains("/create", StringComparison.Ordinal))
            {
                var count = Interlocked.Increment(ref now);
                most = Math.Max(most, count);
                if (count == 2)
                {
                    full.TrySetResult();
                }

                await go.Task.WaitAsync(token);
                Interlocked.Decrement(ref now);
                await FakeEngine.SendAsync(socket, FakeEngine.Json(201, """{"Id":"abc","Warnings":[]}"""), token);
            }
            else
            {
                await FakeEngine.SendAsync(socket, "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n", token);
            }
        });
        using var runtime = Runtime(engine.Endpoint, configure: o => o.MaxConcurrentStarts = 2);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var starts = Enumerable.Range(0, 8).Select(_ => runtime.StartAsync(Spec, new RecordedPhases(), Token)).ToList();
        await full.Task.WaitAsync(Token);
        var given = runtime.StartAsync(Spec, phases, enough.Token);
        await enough.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);
        go.SetResult();
        await Task.WhenAll(starts);

        Assert.Equal(2, most);
        Assert.Contains(phases.All, p => p.Detail == "waiting for other containers to start");
    }

    [Fact]
    public async Task A_success_costs_two_calls_to_start_and_none_beside_the_listing()
    {
        var requests = new List<string>();
        await using var engine = new FakeEngine((request, socket, token) =>
        {
            lock (requests)
            {
                requests.Add(request.Split('?', ' ')[1]);
            }

            return FakeEngine.SendAsync(socket, request switch
            {
                _ when request.Contains("/create", StringComparison.Ordinal) => FakeEngine.Json(201, """{"Id":"abc","Warnings":[]}"""),
                _ when request.Contains("/containers/json", StringComparison.Ordinal) => FakeEngine.Json(200, Listed("Exited (0) 2 seconds ago")),
                _ => "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n",
            }, token);
        });
        using var runtime = Runtime(engine.Endpoint);
        await runtime.StartAsync(Spec, phases, Token);
        var ended = Assert.Single(await runtime.ListAsync(Scope, Token));

        Assert.Equal((ContainerState.Ended, 0), (ended.State, ended.ExitCode));
        Assert.Equal(["/containers/create", "/containers/abc/start", "/containers/json"], requests);
    }

    [Fact]
    public async Task An_end_is_asked_for_once_however_often_it_is_listed()
    {
        var inspected = 0;
        await using var engine = new FakeEngine((request, socket, token) => FakeEngine.SendAsync(
            socket,
            request.Contains("/containers/json", StringComparison.Ordinal)
                ? FakeEngine.Json(200, Listed("Exited (3) 2 seconds ago"))
                : FakeEngine.Json(200, $$$"""{"Id":"abc","State":{"ExitCode":3,"OOMKilled":{{{(inspected++ == 0 ? "true" : "false")}}},"StartedAt":"2026-01-01T00:00:00Z"}}"""),
            token));
        using var runtime = Runtime(engine.Endpoint);
        var first = await runtime.ListAsync(Scope, Token);

        Assert.Equal(first, await runtime.ListAsync(Scope, Token));
        Assert.True(Assert.Single(first).OutOfMemory);
        Assert.Equal(1, inspected);
    }

    private static DockerRuntime Runtime(Uri endpoint, TimeProvider? time = null, Action<DockerOptions>? configure = null)
    {
        var options = new DockerOptions { Endpoint = endpoint };
        configure?.Invoke(options);
        return new DockerRuntime("docker", options, time ?? TimeProvider.System, NullLogger.Instance);
    }

    private const string Labels = """ "orca.application":"app","orca.installation":"inst","orca.job":"7","orca.attempt":"1","orca.rank":"0" """;

    private static string Listed(string status) =>
        $$"""[{"Id":"abc","State":"exited","Status":"{{status}}","Labels":{ {{Labels}} } }]""";

    private static string Event(string action) =>
        $$"""{"Type":"container","Action":"{{action}}","Actor":{"ID":"abc","Attributes":{ {{Labels}} } } }""";
}
