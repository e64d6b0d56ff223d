using Microsoft.Extensions.Time.Testing;
using Orca.Training.Machines;

namespace Orca.Training.Docker.Tests.Faults;

/// <summary>Engines that are absent, hang, fail or break off.</summary>
public sealed class FaultTests : FaultTest
{
    private const string Watch = "watch";

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
    public async Task An_end_is_asked_for_once_however_often_it_is_listed()
    {
        var inspected = 0;
        await using var engine = new FakeEngine((request, socket, token) => FakeEngine.SendAsync(
            socket,
            request.Contains("/containers/json", StringComparison.Ordinal)
                ? FakeEngine.Json(200, Listed("Exited (3) 2 seconds ago"))
                : !request.Contains("/containers/abc/json", StringComparison.Ordinal) ? FakeEngine.Json(200, "{}")
                : FakeEngine.Json(200, $$$"""{"Id":"abc","State":{"ExitCode":3,"OOMKilled":{{{(inspected++ == 0 ? "true" : "false")}}},"StartedAt":"2026-01-01T00:00:00Z"}}"""),
            token));
        using var runtime = Runtime(engine.Endpoint);
        var first = await runtime.ListAsync(Scope, Token);

        Assert.Equal(first, await runtime.ListAsync(Scope, Token));
        Assert.True(Assert.Single(first).OutOfMemory);
        Assert.Equal(1, inspected);
    }
}
