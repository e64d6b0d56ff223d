using System.Collections.Concurrent;
using System.Net;
using Docker.DotNet;
using Docker.DotNet.Models;
using Microsoft.Extensions.Logging;
using Orca.Training.Artifacts;
using Orca.Training.Docker.Delivery;
using Orca.Training.Docker.Engine;
using Orca.Training.Docker.Images;
using Orca.Training.Docker.Observing;
using Orca.Training.Docker.Output;
using Orca.Training.Docker.Starting;
using Orca.Training.Jobs;
using Orca.Training.Machines;
using Resources = Orca.Training.Scheduling.Capacity.Resources;
using Version = System.Version;

namespace Orca.Training.Docker;

/// <summary>One Docker Engine as a runtime. Each ability is a class of its own; this ties them to one connection.</summary>
internal sealed class DockerRuntime : IContainerRuntime, IDisposable
{
    // Engine 20.10, December 2020: the first whose API has all that is used here.
    private static readonly Version OldestApi = new(1, 41);

    // The starts that are under way, also those whose caller has given up.
    private readonly ConcurrentDictionary<AttemptName, Task> _starting = new();
    private readonly string _machine;
    private readonly ILogger _log;
    private readonly DockerOptions _options;
    private readonly EngineConnection _engine;
    private readonly EngineCalls _calls;
    private readonly FolderCopies _copies;
    private readonly AttemptStarter _starter;
    private readonly ContainerListing _listing;
    private readonly EventStream _events;
    private readonly OutputReader _output;
    private readonly OwnContainers _own;

    public DockerRuntime(string machine, DockerOptions options, TimeProvider time, ILogger log)
    {
        (_machine, _log) = (machine, log);
        _options = options.Copy();
        var place = EnginePlace.Of(_options, Environment.GetEnvironmentVariable);
        if (place.IsOpenToTheNetwork)
        {
            log.OpenToTheNetwork(machine, place.Endpoint);
        }

        _engine = new EngineConnection(place);
        _calls = new EngineCalls(_engine.Endpoint, place.Tls is not null, _options.CallTimeout, time);
        var user = _options.User ?? HostUser.Default();
        var delivery = _options.Delivery ?? HostPlace.DeliveryFor(_engine.Endpoint);
        if (delivery == FolderDelivery.Mount && HostPlace.IsEngineOutside(_engine.Endpoint))
        {
            log.MountsFromOutside(machine, _engine.Endpoint);
        }

        Abilities = new(MaxRanks: 1, MountsFolders: delivery == FolderDelivery.Mount, CopiesFolders: delivery == FolderDelivery.Copy) 
        {
            HasNetwork = _options.Network != "none",
            FolderFault = delivery == FolderDelivery.Mount && OperatingSystem.IsLinux()
                ? HostUser.FolderFault(user, HostUser.Default(), Environment.IsPrivilegedProcess)
                : null,
        };
        _copies = new FolderCopies(_engine, _calls, user, time);
        var puller = new ImagePuller(_engine, _calls, machine, time, log);
        var images = new ImageSupply(new ImagePulls(puller.PullAsync), _options.Pull);
        _own = new OwnContainers(_engine, _calls);
        _starter = new AttemptStarter(
            _engine, _calls, _own, images, delivery == FolderDelivery.Copy ? _copies : null, _options, user, time, log);
        var (sent, told) = (new SentSignals(), new ToldEnds());
        var ends = new ContainerEnds(_engine, _calls, sent, told, new EngineMemory(_engine, _calls, time), new StartedScripts(_engine, _calls));
        _listing = new ContainerListing(_engine, _calls, ends, _own, machine, log);
        _events = new EventStream(_engine, _calls, ends, _own, sent, told, time);
        _output = new OutputReader(_engine, _calls, told);
    }

    public RuntimeAbilities Abilities { get; }

    public async Task<RuntimeInfo> DescribeAsync(CancellationToken cancellationToken)
    {
        const string What = "reading its version";
        VersionResponse version;
        try
        {
            version = await _calls.AskAsync(
                What, _engine.Client.System.GetVersionAsync, static refusal => refusal.StatusCode == HttpStatusCode.NotFound, cancellationToken);
        }
        catch (DockerApiException missing)
        {
            throw _calls.Unavailable(What, EngineCalls.NoEngine, missing);
        }

        if (string.IsNullOrEmpty(version.APIVersion))
        {
            throw _calls.Unavailable(What, EngineCalls.NoEngine);
        }

        if (!Version.TryParse(version.APIVersion, out var api) || api < OldestApi)
        {
            throw _calls.Unavailable(What, $"its API version is {version.APIVersion}, and {OldestApi} (Engine 20.10) or later is needed; upgrade the engine");
        }

        var info = await _calls.AskAsync("reading its resources", _engine.Client.System.GetSystemInfoAsync, answers: null, cancellationToken);
        if (info.OSType != "linux")
        {
            throw _calls.Unavailable("reading its resources", $"it runs {info.OSType} containers, and Linux containers are needed; switch it to them, or name another engine in DockerOptions.Endpoint");
        }

        var mapped = info.SecurityOptions?.FirstOrDefault(o => o.Contains("rootless", StringComparison.Ordinal) || o.Contains("userns", StringComparison.Ordinal));
        if (mapped is not null && Abilities.MountsFolders)
        {
            _log.MapsUsers(_machine, _engine.Endpoint, mapped);
        }

        return new RuntimeInfo($"Docker Engine {version.Version} at {_engine.Endpoint}", new Resources(info.NCPU, info.MemTotal, _options.Gpus));
    }

    public async Task<StartResult> StartAsync(AttemptSpec spec, IProgress<LaunchPhase> phases, CancellationToken cancellationToken)
    {
        var starting = StartToItsEndAsync(spec, phases, cancellationToken);
        _starting[spec.Name] = starting;
        if (starting.IsCompleted)
        {
            _starting.TryRemove(spec.Name, out _);
        }

        // Who gives up is let go at once, though the engine may still be making the container.
        return await starting.WaitAsync(cancellationToken);
    }

    public Task<IReadOnlyList<ContainerObservation>> ListAsync(RuntimeScope scope, CancellationToken cancellationToken) =>
        _listing.ListAsync(scope.Application, cancellationToken);

    public IAsyncEnumerable<ContainerObservation> WatchAsync(RuntimeScope scope, CancellationToken cancellationToken) =>
        _events.WatchAsync(scope.Application, cancellationToken);

    public void Recall(AttemptName attempt, IReadOnlyList<string> incarnations)
    {
        if (incarnations is [var id])
        {
            _own.Started(attempt, id);
        }
    }

    public IAsyncEnumerable<OutputLine> ReadOutputAsync(
        AttemptName attempt, int rank, OutputPosition after, CancellationToken cancellationToken) =>
        _own.IdOf(attempt) is { } id && rank == 0
            ? _output.ReadAsync(id, static _ => ValueTask.FromResult<string?>(null), after, cancellationToken)
            : _output.ReadAsync(attempt.ContainerOf(rank), token => _own.FindAsync(attempt, token), after, cancellationToken);

    public Task FetchAsync(AttemptName attempt, IReadOnlyList<FolderMount> folders, CancellationToken cancellationToken) =>
        Abilities.CopiesFolders ? FetchCopiesAsync(attempt, folders, cancellationToken) : Task.CompletedTask;

    public Task StopAsync(AttemptName attempt, TimeSpan grace, CancellationToken cancellationToken)
    {
        // The engine counts in whole seconds; a part of one is rounded up, since the grace is a promise to the training.
        var seconds = (uint)Math.Ceiling(Math.Max(0, grace.TotalSeconds));
        return EndAsync(
            attempt,
            "stopping",
            (id, token) => _engine.Client.Containers.StopContainerAsync(id, new ContainerStopParameters { WaitBeforeKillSeconds = seconds }, token),
            HttpStatusCode.NotFound,
            TimeSpan.FromSeconds(seconds),
            cancellationToken);
    }

    public async Task RemoveAsync(AttemptName attempt, CancellationToken cancellationToken)
    {
        if (_starting.TryGetValue(attempt, out var starting))
        {
            // A container that the engine is still making would come after its own removal, and stay. A creation is bounded in time.
            await Task.WhenAny(starting).WaitAsync(cancellationToken);
        }

        var remove = new ContainerRemoveParameters { Force = true, RemoveVolumes = true };
        await EndAsync(
            attempt,
            "removing",
            async (id, token) =>
            {
                await _engine.Client.Containers.RemoveContainerAsync(id, remove, token);
                return true;
            },
            // It is just being removed.
            HttpStatusCode.Conflict,
            TimeSpan.Zero,
            cancellationToken);
        if (_own.IdOf(attempt) is { } gone)
        {
            _own.Forget(attempt, gone);
        }
    }

    private async Task<StartResult> StartToItsEndAsync(AttemptSpec spec, IProgress<LaunchPhase> phases, CancellationToken cancellationToken)
    {
        try
        {
            var result = await _starter.StartAsync(spec, phases, cancellationToken);
            if (result is StartResult.Started { Incarnations: [var id] })
            {
                _own.Started(spec.Name, id);
            }

            return result;
        }
        finally
        {
            _starting.TryRemove(spec.Name, out _);
        }
    }

    public void Dispose()
    {
        _starter.Dispose();
        _engine.Dispose();
    }

    /// <summary>
    /// Ends an attempt's container in one way or another. Only of an id does "there is none" mean that it is gone: one that has another name
    /// by now is looked for.
    /// </summary>
    private async Task EndAsync(
        AttemptName attempt, string what, Func<string, CancellationToken, Task<bool>> call, HttpStatusCode harmless, TimeSpan extra, CancellationToken cancellationToken)
    {
        bool IsDone(DockerApiException refusal) => refusal.StatusCode == HttpStatusCode.NotFound || refusal.StatusCode == harmless;

        var id = _own.IdOf(attempt);
        for (var container = id ?? attempt.ContainerOf(0); container is not null;)
        {
            try
            {
                await _calls.AskAsync($"{what} container {container}", token => call(container, token), IsDone, extra, cancellationToken);
                return;
            }
            catch (DockerApiException gone) when (gone.StatusCode == HttpStatusCode.NotFound)
            {
                if (id is not null)
                {
                    _own.Forget(attempt, id);
                    return;
                }

                container = id = await _own.FindAsync(attempt, cancellationToken);
            }
            catch (DockerApiException refusal) when (IsDone(refusal))
            {
                return;
            }
        }
    }

    private async Task FetchCopiesAsync(AttemptName attempt, IReadOnlyList<FolderMount> folders, CancellationToken cancellationToken)
    {
        var id = _own.IdOf(attempt);
        try
        {
            await _copies.FetchAsync(id ?? attempt.ContainerOf(0), folders, cancellationToken);
        }
        catch (ArtifactException gone) when (id is null && gone.InnerException is DockerApiException)
        {
            if (await _own.FindAsync(attempt, cancellationToken) is not { } renamed)
            {
                throw;
            }

            await _copies.FetchAsync(renamed, folders, cancellationToken);
        }
    }
}
