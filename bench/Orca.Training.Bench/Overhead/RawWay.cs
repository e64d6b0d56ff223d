using Docker.DotNet;
using Docker.DotNet.Models;

namespace Orca.Training.Bench.Overhead;

/// <summary>
/// The engine's client and nothing else: create, start, the <c>die</c> event on the shared stream, remove. It records nothing and prepares
/// no folders.
/// </summary>
/// <param name="engine">The client.</param>
/// <param name="events">The shared stream.</param>
/// <param name="template">How containers are made.</param>
/// <param name="application">Whose they are.</param>
/// <param name="readsOutput">Whether an end is known only when the output has been read to its end, too.</param>
internal sealed class RawWay(IDockerClient engine, EngineEvents events, ContainerTemplate template, string application, bool readsOutput) : IWay
{
    private long _last;

    public async Task<Cycle> OneAsync(CancellationToken cancellationToken)
    {
        var number = Interlocked.Increment(ref _last);
        var life = events.Of(application, number);
        var began = TimeProvider.System.GetTimestamp();
        var id = await StartAsync(number, cancellationToken);
        var read = readsOutput ? ReadOutputAsync(id, cancellationToken) : Task.CompletedTask;
        var seen = await events.WaitAsync(life.Died, cancellationToken);
        if (readsOutput)
        {
            await read;
            seen = TimeProvider.System.GetTimestamp();
        }

        await RemoveAsync(id, cancellationToken);
        await events.WaitAsync(life.Gone, cancellationToken);
        return await Cycle.OfAsync(began, life, seen);
    }

    public async Task<long[]> ManyAsync(int jobs, int atATime, CancellationToken cancellationToken)
    {
        using var places = new SemaphoreSlim(atATime);
        var running = new List<Task<long>>(jobs);
        for (var i = 0; i < jobs; i++)
        {
            await places.WaitAsync(cancellationToken);
            running.Add(OneOfManyAsync(places, cancellationToken));
        }

        return [.. (await Task.WhenAll(running)).Order()];
    }

    private async Task<long> OneOfManyAsync(SemaphoreSlim places, CancellationToken cancellationToken)
    {
        var number = Interlocked.Increment(ref _last);
        var life = events.Of(application, number);
        string id;
        try
        {
            id = await StartAsync(number, cancellationToken);
            await events.WaitAsync(life.Died, cancellationToken);
        }
        finally
        {
            places.Release();
        }

        await RemoveAsync(id, cancellationToken);
        return await events.WaitAsync(life.Gone, cancellationToken);
    }

    private async Task<string> StartAsync(long number, CancellationToken cancellationToken)
    {
        var made = await engine.Containers.CreateContainerAsync(template.For(application, number), cancellationToken);
        await engine.Containers.StartContainerAsync(made.ID, new ContainerStartParameters(), cancellationToken);
        return made.ID;
    }

    private async Task ReadOutputAsync(string id, CancellationToken cancellationToken)
    {
        var wanted = new ContainerLogsParameters { Follow = true, ShowStdout = true, ShowStderr = true, Timestamps = true };
        using var output = await engine.Containers.GetContainerLogsAsync(id, wanted, cancellationToken);
        await output.CopyOutputToAsync(Stream.Null, Stream.Null, Stream.Null, cancellationToken);
    }

    private Task RemoveAsync(string id, CancellationToken cancellationToken) =>
        engine.Containers.RemoveContainerAsync(id, new ContainerRemoveParameters { Force = true, RemoveVolumes = true }, cancellationToken);
}
