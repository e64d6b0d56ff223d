using System.Text.RegularExpressions;
using Orca.Training.Jobs;
using Orca.Training.Machines;

namespace Orca.Training.Docker.Tests.Faults;

/// <summary>Starts and pulls on an engine that answers as real ones do when no test can make them.</summary>
public sealed partial class StartFaultTests : FaultTest
{
    private readonly RecordedPhases _phases = new();

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

        Assert.Equal(["abc"], Assert.IsType<StartResult.Started>(await runtime.StartAsync(Spec, _phases, Token)).Incarnations);
        Assert.Equal([null, 0.5, 1], _phases.All.Where(p => p.Step == LaunchStep.PullingImage).Select(p => p.Fraction));
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
        var outcome = Assert.IsType<StartResult.Failed>(await runtime.StartAsync(Spec, _phases, Token)).Outcome;

        Assert.Equal(code, outcome.Code.Name);
        Assert.Contains("'image'", outcome.Message, StringComparison.Ordinal);
        Assert.Contains(words, outcome.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 3\r\n\r\n???")]
    public async Task An_engine_that_does_not_say_what_an_image_holds_starts_it_all_the_same(string answer)
    {
        await using var engine = new FakeEngine((request, socket, token) => FakeEngine.SendAsync(
            socket,
            request switch
            {
                _ when request.Contains("/images/", StringComparison.Ordinal) => answer,
                _ when request.Contains("/start", StringComparison.Ordinal) => "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n",
                _ => FakeEngine.Json(201, """{"Id":"abc","Warnings":[]}"""),
            },
            token));
        using var runtime = Runtime(engine.Endpoint);

        var started = Assert.IsType<StartResult.Started>(await runtime.StartAsync(Spec, _phases, Token));
        Assert.Equal(("abc", null), (Assert.Single(started.Incarnations), started.ImageDigest));
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
        var outcome = Assert.IsType<StartResult.Failed>(await runtime.StartAsync(Spec, _phases, Token)).Outcome;

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
        var deferred = Assert.IsType<StartResult.Deferred>(await runtime.StartAsync(Spec, _phases, Token));

        Assert.Equal("The machine has no capacity for the container now (mkdir …: no space left on device).", deferred.Reason);
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
        var starts = Enumerable.Range(1, 8).Select(job => runtime.StartAsync(Of(job), new RecordedPhases(), Token)).ToList();
        await full.Task.WaitAsync(Token);
        var given = runtime.StartAsync(Of(9), _phases, enough.Token);
        await enough.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);
        go.SetResult();
        await Task.WhenAll(starts);

        Assert.Equal(2, most);
        Assert.Contains(_phases.All, p => p.Detail == "waiting for other containers to start");
    }

    [Fact]
    public async Task A_container_that_is_still_being_made_for_a_start_that_was_given_up_is_removed_after_it()
    {
        var requests = new List<string>();
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var made = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var engine = new FakeEngine(async (request, socket, token) =>
        {
            if (request.Contains("/create", StringComparison.Ordinal))
            {
                asked.SetResult();
                await made.Task.WaitAsync(token);
                requests.Add("made");
                await FakeEngine.SendAsync(socket, FakeEngine.Json(201, """{"Id":"abc","Warnings":[]}"""), token);
            }
            else
            {
                requests.Add(request.Split(' ')[0]);
                await FakeEngine.SendAsync(socket, "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n", token);
            }
        });
        using var runtime = Runtime(engine.Endpoint);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var start = runtime.StartAsync(Spec, _phases, enough.Token);
        await asked.Task.WaitAsync(Token);
        await enough.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => start);

        var removal = runtime.RemoveAsync(Attempt, Token);
        made.SetResult();
        await removal;

        Assert.Equal(["made", "DELETE"], requests);
    }

    [Fact]
    public async Task A_success_that_is_watched_costs_two_calls_to_start_one_beside_them_for_the_image_and_none_beside_the_listing()
    {
        var requests = new List<string>();
        await using var engine = new FakeEngine(async (request, socket, token) =>
        {
            if (request.Contains("/events", StringComparison.Ordinal))
            {
                await FakeEngine.SendAsync(socket, FakeEngine.Stream() + FakeEngine.Chunk(Event("start")) + FakeEngine.Chunk(Event("die", 0)), token);
                await FakeEngine.Hang(token);
            }

            lock (requests)
            {
                // Where the environment names a proxy, the client writes whole addresses, on sockets too.
                requests.Add(Path().Match(request).Value);
            }

            await FakeEngine.SendAsync(socket, request switch
            {
                _ when request.Contains("/create", StringComparison.Ordinal) => FakeEngine.Json(201, """{"Id":"abc","Warnings":[]}"""),
                _ when request.Contains("/containers/json", StringComparison.Ordinal) => FakeEngine.Json(200, Listed("Exited (0) 2 seconds ago")),
                _ => "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n",
            }, token);
        });
        using var runtime = Runtime(engine.Endpoint);
        await runtime.StartAsync(Spec, _phases, Token);
        await runtime.WatchAsync(Scope, Token).FirstAsync(o => o.State == ContainerState.Ended, Token);
        var ended = Assert.Single(await runtime.ListAsync(Scope, Token));

        Assert.Equal((ContainerState.Ended, 0), (ended.State, ended.ExitCode));
        Assert.Equal(["/containers/create", "/containers/abc/start", "/containers/json"], requests.Where(r => r != "/images/image/json"));
        Assert.Equal(4, requests.Count);
    }

    private static AttemptSpec Of(int job) => Spec with { Name = new AttemptName(Scope.Installation, new AttemptId(new JobId(job), 1)) };

    [GeneratedRegex("/(containers|images)/[^? ]*")]
    private static partial Regex Path();
}
