using Microsoft.Extensions.Logging.Abstractions;
using Orca.Training.Jobs;
using Orca.Training.Machines;

namespace Orca.Training.Docker.Tests.Engine;

/// <summary>A test with an application, an installation and a runtime of its own, that removes the containers it made.</summary>
public abstract class EngineTest : IAsyncLifetime
{
    // Time for one test: an engine under load starts a container in up to a second.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    private static int _made;

    private readonly List<AttemptName> _attempts = [];
    private readonly CancellationTokenSource _patience;
    private DockerRuntime? _runtime;

    protected EngineTest(DockerEngine engine)
    {
        engine.Require();
        Engine = engine;
        _patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        _patience.CancelAfter(Patience);
        var unique = $"t{Environment.ProcessId}x{Interlocked.Increment(ref _made)}";
        Scope = new RuntimeScope($"tests-{unique}", new InstallationId(unique));
    }

    protected DockerEngine Engine { get; }

    protected RuntimeScope Scope { get; }

    protected CancellationToken Token => _patience.Token;

    internal DockerRuntime Runtime => _runtime ??= OwnRuntime();

    protected RecordedPhases Phases { get; } = new();

    public virtual ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public virtual async ValueTask DisposeAsync()
    {
        foreach (var attempt in _attempts)
        {
            await Runtime.RemoveAsync(attempt, CancellationToken.None);
        }

        _runtime?.Dispose();
        _patience.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>The runtime that a class's tests use.</summary>
    internal virtual DockerRuntime OwnRuntime() => NewRuntime();

    internal static DockerRuntime NewRuntime(Action<DockerOptions>? configure = null)
    {
        var options = new DockerOptions();
        configure?.Invoke(options);
        return new DockerRuntime("docker", options, TimeProvider.System, NullLogger.Instance);
    }

    /// <summary>An attempt that runs a shell script.</summary>
    protected AttemptSpec Script(string script, int job = 1, int number = 1)
    {
        var name = new AttemptName(Scope.Installation, new AttemptId(new JobId(job), number));
        _attempts.Add(name);
        return new AttemptSpec
        {
            Name = name,
            Application = Scope.Application,
            Image = DockerEngine.Image,
            Command = ["sh", "-c", script],
            Environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["ORCA_JOB_ID"] = "1", ["EPOCHS"] = "3 or so" },
        };
    }

    protected async Task<string> StartAsync(AttemptSpec spec)
    {
        var result = await Runtime.StartAsync(spec, Phases, Token);
        return result is StartResult.Started started ? Assert.Single(started.Incarnations) : throw new InvalidOperationException($"{result}");
    }

    protected async Task<Outcome> FailAsync(AttemptSpec spec, Action<DockerOptions>? configure = null)
    {
        using var own = NewRuntime(configure);
        return Assert.IsType<StartResult.Failed>(await own.StartAsync(spec, Phases, Token)).Outcome;
    }

    /// <summary>Starts an attempt and waits, on the event stream, for its end.</summary>
    protected async Task<ContainerObservation> RunAsync(AttemptSpec spec)
    {
        var watch = Runtime.WatchAsync(Scope, Token);
        await StartAsync(spec);
        return await NextAsync(watch, spec, ContainerState.Ended);
    }

    protected async Task<ContainerObservation> NextAsync(
        IAsyncEnumerable<ContainerObservation> watch, AttemptSpec spec, ContainerState state) =>
        await watch.FirstAsync(o => o.Attempt == spec.Name && o.State == state, Token);

    protected async Task<ContainerObservation> ListedAsync(AttemptSpec spec) =>
        Assert.Single(await Runtime.ListAsync(Scope, Token), o => o.Attempt == spec.Name);

    protected async Task<List<OutputLine>> OutputAsync(AttemptSpec spec, OutputPosition after = default) =>
        await Runtime.ReadOutputAsync(spec.Name, 0, after, Token).ToListAsync(Token);
}
