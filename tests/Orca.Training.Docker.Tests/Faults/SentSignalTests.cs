using Orca.Training.Machines;

namespace Orca.Training.Docker.Tests.Faults;

/// <summary>
/// A training that saves and ends with exit code 0 when somebody stops it is told from one that is done by what the engine says or remembers.
/// </summary>
public sealed class SentSignalTests : FaultTest
{
    private const string Die = "die";

    [Theory]
    [InlineData("15", 0, 15)]
    [InlineData("SIGTERM", 0, 15)]
    [InlineData("9", 137, 9)]
    [InlineData("3", 3, 3)]
    [InlineData("10", 138, 10)]
    [InlineData("nonsense", 0, 15)]
    [InlineData("10", 0, null)]
    [InlineData("28", 1, null)]
    public async Task An_end_after_a_signal_tells_of_it_if_that_asked_it_to_end(string signal, int exitCode, int? told)
    {
        await using var engine = Engine([Event("start"), Killed(signal), Event(Die, exitCode)], remembered: [], exitCode, isKept: false);
        using var runtime = Runtime(engine.Endpoint);
        await using var watch = runtime.WatchAsync(Scope, Token).GetAsyncEnumerator(Token);

        Assert.True(await watch.MoveNextAsync() && await watch.MoveNextAsync());
        Assert.Equal((ContainerState.Ended, exitCode, told), (watch.Current.State, watch.Current.ExitCode, watch.Current.Signal));
    }

    [Fact]
    public async Task A_signal_that_the_image_names_as_its_stop_asks_it_to_end()
    {
        await using var engine = Engine([Event("start"), Killed("10"), Event(Die, 0)], remembered: [], exitCode: 0, isKept: false, stopSignal: "SIGUSR1");
        using var runtime = Runtime(engine.Endpoint);
        await using var watch = runtime.WatchAsync(Scope, Token).GetAsyncEnumerator(Token);

        Assert.True(await watch.MoveNextAsync() && await watch.MoveNextAsync());
        Assert.Equal(10, watch.Current.Signal);
    }

    public static TheoryData<string, string[], bool, int?> Memories => new()
    {
        { "the engine remembers a signal", [Killed("15"), Event(Die, 0)], true, 15 },
        { "the engine remembers the end, and no signal", [Event(Die, 0)], false, null },
        { "the engine was started after the end and stops its containers when it goes", [], false, 15 },
        { "the engine was started after the end and keeps its containers", [], true, null },
    };

    [Theory]
    [MemberData(nameof(Memories))]
    public async Task An_end_that_nobody_watched_is_what_the_engine_remembers(string what, string[] remembered, bool isKept, int? told)
    {
        Assert.NotEmpty(what);
        await using var engine = Engine([], remembered, exitCode: 0, isKept);
        using var runtime = Runtime(engine.Endpoint);

        var listed = Assert.Single(await runtime.ListAsync(Scope, Token));

        Assert.Equal((ContainerState.Ended, 0, told), (listed.State, listed.ExitCode, listed.Signal));
        Assert.Equal(listed, Assert.Single(await runtime.ListAsync(Scope, Token)));
    }

    [Fact]
    public async Task An_engine_whose_memory_is_full_may_have_forgotten_an_end()
    {
        await using var engine = Engine([], [.. Enumerable.Repeat(Event("start"), 256)], exitCode: 0, isKept: false);
        using var runtime = Runtime(engine.Endpoint);

        Assert.Null(Assert.Single(await runtime.ListAsync(Scope, Token)).Signal);
    }

    [Fact]
    public async Task An_engine_that_never_tells_its_events_is_not_asked_for_ever()
    {
        await using var engine = Engine([], remembered: null, exitCode: 0, isKept: false);
        using var runtime = Runtime(engine.Endpoint);

        await Assert.ThrowsAsync<RuntimeUnavailableException>(() => runtime.ListAsync(Scope, Token));
        await Assert.ThrowsAsync<RuntimeUnavailableException>(() => runtime.ListAsync(Scope, Token));

        var end = Assert.Single(await runtime.ListAsync(Scope, Token));
        Assert.Equal((ContainerState.Ended, 0, null), (end.State, end.ExitCode, end.Signal));
    }

    private static string Killed(string signal) => Event("kill").Replace("\"exitCode\":\"\"", $"\"signal\":\"{signal}\"", StringComparison.Ordinal);

    private static FakeEngine Engine(string[] live, string[]? remembered, int exitCode, bool isKept, string stopSignal = "") => new(async (request, socket, token) =>
    {
        if (request.Contains("/events", StringComparison.Ordinal))
        {
            var isLive = !request.Contains("until=", StringComparison.Ordinal);
            if (!isLive && remembered is null)
            {
                await FakeEngine.SendAsync(socket, FakeEngine.Json(500, "{}"), token);
                return;
            }

            await FakeEngine.SendAsync(socket, FakeEngine.Stream() + string.Concat((isLive ? live : remembered!).Select(FakeEngine.Chunk)), token);
            await (isLive ? FakeEngine.Hang(token) : FakeEngine.SendAsync(socket, "0\r\n\r\n", token));
            return;
        }

        await FakeEngine.SendAsync(
            socket,
            FakeEngine.Json(
                200,
                request.Contains("/containers/json", StringComparison.Ordinal) ? Listed($"Exited ({exitCode}) 2 seconds ago")
                    : request.Contains("/info", StringComparison.Ordinal) ? $$$"""{"SystemTime":"2026-01-01T00:00:10Z","LiveRestoreEnabled":{{{(isKept ? "true" : "false")}}} }"""
                    : request.Contains("/version", StringComparison.Ordinal) ? "{}"
                    : $$$"""{"Id":"abc","State":{"ExitCode":{{{exitCode}}},"StartedAt":"2026-01-01T00:00:00Z"},"Config":{"StopSignal":"{{{stopSignal}}}"} }"""),
            token);
    });
}
