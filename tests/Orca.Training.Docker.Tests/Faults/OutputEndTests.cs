using Orca.Training.Machines;

namespace Orca.Training.Docker.Tests.Faults;

/// <summary>When an output is at its end: an engine that is stopped ends the stream as well.</summary>
public sealed class OutputEndTests : FaultTest
{
    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 0)]
    public async Task The_engine_is_asked_whether_a_container_runs_unless_it_told_of_its_end(bool isTold, int questions)
    {
        var asked = 0;
        await using var engine = new FakeEngine(async (request, socket, token) =>
        {
            if (request.Contains("/events", StringComparison.Ordinal))
            {
                await FakeEngine.SendAsync(socket, FakeEngine.Stream() + FakeEngine.Chunk(Event("start")) + FakeEngine.Chunk(Event("die", 0)), token);
                await FakeEngine.Hang(token);
            }
            else if (request.Contains("/logs", StringComparison.Ordinal))
            {
                await FakeEngine.SendAsync(socket, FakeEngine.Stream("application/vnd.docker.raw-stream") + "0\r\n\r\n", token);
            }
            else
            {
                asked++;
                await FakeEngine.SendAsync(socket, FakeEngine.Json(200, """{"Id":"abc","State":{"Status":"exited","Running":false}}"""), token);
            }
        });
        using var runtime = Runtime(engine.Endpoint);
        await using var watch = runtime.WatchAsync(Scope, Token).GetAsyncEnumerator(Token);
        if (isTold)
        {
            Assert.True(await watch.MoveNextAsync());
            Assert.True(await watch.MoveNextAsync());
            Assert.Equal(ContainerState.Ended, watch.Current.State);
        }

        Assert.Empty(await runtime.ReadOutputAsync(Attempt, 0, default, Token).ToListAsync(Token));
        Assert.Equal(questions, asked);
    }
}
