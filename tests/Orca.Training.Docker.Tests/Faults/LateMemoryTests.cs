using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;
using Orca.Training.Docker.Observing;
using Orca.Training.Machines;

namespace Orca.Training.Docker.Tests.Faults;

/// <summary>A busy engine can learn that memory ran out after it learnt of the end.</summary>
public sealed class LateMemoryTests : FaultTest
{
    private readonly FakeTimeProvider _time = new();
    private readonly Channel<string> _events = Channel.CreateUnbounded<string>();
    private readonly TaskCompletionSource _inspected = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Fact]
    public async Task An_end_waits_for_late_word_that_memory_ran_out_and_the_listing_keeps_it()
    {
        await using var engine = NewEngine(memoryLimit: 1 << 24);
        using var runtime = Runtime(engine.Endpoint, _time);
        await using var watch = runtime.WatchAsync(Scope, Token).GetAsyncEnumerator(Token);
        Send("die", 3);
        Send("oom");

        Assert.True(await watch.MoveNextAsync());
        Assert.Equal((ContainerState.Ended, 3, true), (watch.Current.State, watch.Current.ExitCode, watch.Current.OutOfMemory));
        Assert.Equal(watch.Current, Assert.Single(await runtime.ListAsync(Scope, Token)));
    }

    [Fact]
    public async Task An_end_is_told_without_that_word_after_a_moment()
    {
        await using var engine = NewEngine(memoryLimit: 1 << 24);
        using var runtime = Runtime(engine.Endpoint, _time);
        await using var watch = runtime.WatchAsync(Scope, Token).GetAsyncEnumerator(Token);
        Send("die", 3);
        var next = watch.MoveNextAsync().AsTask();
        await _inspected.Task.WaitAsync(Token);
        Assert.False(next.IsCompleted);

        // The reader takes its time from the fake clock only after the inspection's answer: the clock goes on until it has.
        while (!next.IsCompleted)
        {
            _time.Advance(HeldEnds.Patience);
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, Token);
        }

        Assert.True(await next);
        Assert.Equal((3, false), (watch.Current.ExitCode, watch.Current.OutOfMemory));
    }

    [Fact]
    public async Task Other_events_do_not_wait_behind_a_held_end_and_a_removal_comes_after_it()
    {
        await using var engine = NewEngine(memoryLimit: 1 << 24);
        using var runtime = Runtime(engine.Endpoint, _time);
        await using var watch = runtime.WatchAsync(Scope, Token).GetAsyncEnumerator(Token);
        Send("die", 3);
        Send("start");
        Send("destroy");
        var states = new List<ContainerState>();
        while (states.Count < 3 && await watch.MoveNextAsync())
        {
            states.Add(watch.Current.State);
        }

        Assert.Equal([ContainerState.Running, ContainerState.Ended, ContainerState.Removed], states);
    }

    [Theory]
    [InlineData(0, 1 << 24)]
    [InlineData(143, 1 << 24)]
    [InlineData(3, 0)]
    public async Task An_end_that_memory_has_no_part_in_is_told_at_once(int exitCode, int memoryLimit)
    {
        await using var engine = NewEngine(memoryLimit);
        using var runtime = Runtime(engine.Endpoint, _time);
        await using var watch = runtime.WatchAsync(Scope, Token).GetAsyncEnumerator(Token);
        Send("start");
        Assert.True(await watch.MoveNextAsync());
        Send("die", exitCode);

        Assert.True(await watch.MoveNextAsync());
        Assert.Equal(exitCode, watch.Current.ExitCode);
    }

    private void Send(string action, int? exitCode = null) => _events.Writer.TryWrite(Event(action, exitCode));

    private FakeEngine NewEngine(int memoryLimit) => new(async (request, socket, token) =>
    {
        if (request.Contains("until=", StringComparison.Ordinal))
        {
            // What it remembers, which is nothing.
            await FakeEngine.SendAsync(socket, FakeEngine.Stream() + "0\r\n\r\n", token);
        }
        else if (request.Contains("/events", StringComparison.Ordinal))
        {
            await FakeEngine.SendAsync(socket, FakeEngine.Stream(), token);
            await foreach (var next in _events.Reader.ReadAllAsync(token))
            {
                await FakeEngine.SendAsync(socket, FakeEngine.Chunk(next), token);
            }
        }
        else if (request.Contains("/containers/json", StringComparison.Ordinal))
        {
            await FakeEngine.SendAsync(socket, FakeEngine.Json(200, Listed("Exited (3) 2 seconds ago")), token);
        }
        else
        {
            await FakeEngine.SendAsync(socket, FakeEngine.Json(200, $$$"""
                {"Id":"abc","State":{"ExitCode":3,"OOMKilled":false,"StartedAt":"2026-01-01T00:00:00Z"},"HostConfig":{"Memory":{{{memoryLimit}}} } }
                """), token);
            _inspected.TrySetResult();
        }
    });
}
