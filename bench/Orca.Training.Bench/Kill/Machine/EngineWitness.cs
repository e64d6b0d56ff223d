using System.Collections.Concurrent;
using System.Globalization;
using Docker.DotNet;
using Docker.DotNet.Models;
using Orca.Training.Jobs;

namespace Orca.Training.Bench.Kill.Machine;

/// <summary>What the real engine says: one stream of its events for the whole bench, subscribed before anything starts, and its list.</summary>
internal sealed class EngineWitness : IWitness, IProgress<Message>, IAsyncDisposable
{
    private readonly DockerClient _engine = new DockerClientBuilder().Build();
    private readonly ConcurrentDictionary<string, ContainerLife> _lives = new();
    private readonly CancellationTokenSource _end = new();
    private readonly Task _stream;

    public EngineWitness()
    {
        // The engine answers a moment before it subscribes us: so it repeats the last second.
        var since = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() - 1;
        var wanted = new ContainerEventsParameters
        {
            Since = since.ToString(CultureInfo.InvariantCulture),
            Filters = new Dictionary<string, IDictionary<string, bool>>
            {
                ["type"] = new Dictionary<string, bool> { ["container"] = true },
                ["event"] = new Dictionary<string, bool> { ["start"] = true, ["die"] = true, ["oom"] = true, ["destroy"] = true },
            },
        };
        _stream = _engine.System.MonitorEventsAsync(wanted, this, _end.Token);
    }

    public async Task<IReadOnlyList<AttemptName>> ListAsync(string application, CancellationToken cancellationToken) =>
        [.. (await ListContainersAsync(application, cancellationToken)).Select(c => AttemptOf(c.Labels)!.Value)];

    public Task<IReadOnlyList<ContainerLife>> ReadLivesAsync(InstallationId installation, CancellationToken cancellationToken) => _stream.IsCompleted
        ? throw new InvalidOperationException("The engine ended its stream of events.")
        : Task.FromResult<IReadOnlyList<ContainerLife>>([.. _lives.Values.Where(l => l.Attempt.Installation == installation)]);

    /// <summary>Takes away what a bench that found something has left.</summary>
    public async Task RemoveAsync(string application)
    {
        const int AtOnce = 8;
        await Parallel.ForEachAsync(
            await ListContainersAsync(application, CancellationToken.None),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
            async (container, token) => await _engine.Containers.RemoveContainerAsync(container.ID, new() { Force = true, RemoveVolumes = true }, token));
    }

    public void Report(Message value)
    {
        if (value.Actor is not { ID: { } id, Attributes: { } attributes } || AttemptOf(attributes) is not { } attempt)
        {
            return;
        }

        if (value.Action == "start")
        {
            _lives[id] = new ContainerLife(attempt, id);
        }
        else if (_lives.TryGetValue(id, out var life))
        {
            // What was made and never started has no life.
            _lives[id] = Next(life, value.Action, attributes);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _stream.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _end.Dispose();
        _engine.Dispose();
    }

    private static ContainerLife Next(ContainerLife life, string? action, IDictionary<string, string> attributes) => action switch
    {
        "die" => life with { ExitCode = int.Parse(attributes["exitCode"], CultureInfo.InvariantCulture) },
        "oom" => life with { OutOfMemory = true },
        "destroy" => life with { IsRemoved = true },
        _ => life,
    };

    private static AttemptName? AttemptOf(IDictionary<string, string>? labels) =>
        labels is not null && labels.TryGetValue("orca.installation", out var installation) && labels.TryGetValue("orca.job", out var job) && labels.TryGetValue("orca.attempt", out var number)
            ? new AttemptName(new InstallationId(installation), new AttemptId(new JobId(long.Parse(job, CultureInfo.InvariantCulture)), int.Parse(number, CultureInfo.InvariantCulture)))
            : null;

    private Task<IList<ContainerListResponse>> ListContainersAsync(string application, CancellationToken cancellationToken)
    {
        var label = new Dictionary<string, bool> { [$"orca.application={application}"] = true };
        var filters = new Dictionary<string, IDictionary<string, bool>> { ["label"] = label };
        return _engine.Containers.ListContainersAsync(new ContainersListParameters { All = true, Filters = filters }, cancellationToken);
    }
}
