using System.Globalization;
using Orca.Training.Jobs;
using Orca.Training.Machines;

namespace Orca.Training.Testing.Conformance.Runtimes;

/// <summary>
/// The conformance suite of <see cref="IContainerRuntime"/>. Derive a class from it, and override the method that creates the runtime under
/// test. If a runtime declares in its <see cref="RuntimeAbilities"/> that it cannot do something, the cases about that are skipped with the
/// reason.
/// </summary>
/// <remarks>
/// Each case has its own application and installations, so cases can run in parallel with each other and with other work on the same
/// machine. Each case removes its containers.
/// </remarks>
public abstract partial class ContainerRuntimeConformance : IAsyncLifetime
{
    private static int _made;

    private readonly List<AttemptName> _attempts = [];
    private CancellationTokenSource? _patience;
    private RuntimeSubject? _subject;

    protected ContainerRuntimeConformance()
    {
        var unique = string.Create(CultureInfo.InvariantCulture, $"c{Environment.ProcessId}x{Interlocked.Increment(ref _made)}");
        Scope = new RuntimeScope($"conformance {unique}", new InstallationId(unique));
    }

    /// <summary>The maximum duration of one case. Default 1 min, because real machines can be busy.</summary>
    protected virtual TimeSpan Patience => TimeSpan.FromMinutes(1);

    /// <summary>The application and the installation of the case.</summary>
    protected RuntimeScope Scope { get; }

    /// <summary>The subject of the case.</summary>
    protected RuntimeSubject Subject => _subject ?? throw new InvalidOperationException("The case has not begun.");

    /// <summary>The runtime under test.</summary>
    protected IContainerRuntime Runtime => Subject.Runtime;

    /// <summary>Is cancelled when the case has reached its maximum duration.</summary>
    protected CancellationToken Token => _patience?.Token ?? default;

    /// <summary>Creates the subject for one case.</summary>
    protected abstract ValueTask<RuntimeSubject> CreateSubjectAsync(CancellationToken cancellationToken);

    /// <inheritdoc />
    public async ValueTask InitializeAsync()
    {
        _patience = new CancellationTokenSource(Patience, TimeProvider.System);
        _subject = await CreateSubjectAsync(Token);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (_subject is not null)
        {
            using var patience = new CancellationTokenSource(Patience, TimeProvider.System);
            await Task.WhenAll(_attempts.Distinct().Select(a => Runtime.RemoveAsync(a, patience.Token)));
            await _subject.DisposeAsync();
        }

        _patience?.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>An attempt of this case that does what a script says.</summary>
    private AttemptSpec Attempt(ContainerScript script, int job = 1, string? installation = null, string? application = null)
    {
        var name = new AttemptName(installation is null ? Scope.Installation : new InstallationId(installation), new AttemptId(new JobId(job), 1));
        _attempts.Add(name);
        return Subject.Spec(name, application ?? Scope.Application, script);
    }

    private async Task<string> StartAsync(AttemptSpec spec) => Assert.Single(await StartAllAsync(Runtime, spec));

    private async Task<IReadOnlyList<string>> StartAllAsync(IContainerRuntime runtime, AttemptSpec spec)
    {
        var result = await runtime.StartAsync(spec, new NoPhases(), Token);
        return Assert.IsType<StartResult.Started>(result).Incarnations;
    }

    /// <summary>Starts an attempt and waits, on the stream of hints, for its end.</summary>
    private async Task<ContainerObservation> RunAsync(AttemptSpec spec)
    {
        var hints = Runtime.WatchAsync(Scope, Token);
        await StartAsync(spec);
        return await SeenAsync(hints, spec, ContainerState.Ended);
    }

    private async Task<ContainerObservation> SeenAsync(IAsyncEnumerable<ContainerObservation> hints, AttemptSpec spec, ContainerState state) =>
        await hints.FirstAsync(o => o.Attempt == spec.Name && o.State == state, Token);

    private async Task<IReadOnlyList<ContainerObservation>> ListAsync(IContainerRuntime? runtime = null) =>
        await (runtime ?? Runtime).ListAsync(Scope, Token);

    private async Task<ContainerObservation> ListedAsync(AttemptSpec spec, IContainerRuntime? runtime = null) =>
        Assert.Single(await ListAsync(runtime), o => o.Attempt == spec.Name);

    /// <summary>A container as it is listed once its end has been told: a listing may be behind that by a moment, and no more.</summary>
    private async Task<ContainerObservation> ListedEndAsync(AttemptSpec spec, IContainerRuntime? runtime = null)
    {
        ContainerObservation listed;
        do
        {
            Token.ThrowIfCancellationRequested();
            listed = await ListedAsync(spec, runtime);
        }
        while (listed.State is not ContainerState.Ended);

        return listed;
    }

    private async Task<List<OutputLine>> OutputAsync(AttemptSpec spec, OutputPosition after = default, IContainerRuntime? runtime = null) =>
        await (runtime ?? Runtime).ReadOutputAsync(spec.Name, 0, after, Token).ToListAsync(Token);

    /// <summary>Waits until a container has written its first line, which says that it has set its handlers.</summary>
    private async Task<OutputLine> FirstLineAsync(AttemptSpec spec) =>
        await Runtime.ReadOutputAsync(spec.Name, 0, default, Token).FirstAsync(Token);

    private sealed class NoPhases : IProgress<LaunchPhase>
    {
        public void Report(LaunchPhase value)
        {
        }
    }
}
