using Orca.Training.Jobs;

namespace Orca.Training.Docker.Images;

/// <summary>
/// At most one pull of an image at a time: whoever wants the same image shares it, its progress and its outcome. A pull ends with
/// its last waiter, so that a cancelled job does not go on loading.
/// </summary>
/// <param name="pull">Pulls: image, progress, cancellation → null, or why not.</param>
internal sealed class ImagePulls(Func<ImagePull, Action<double>, CancellationToken, Task<Outcome?>> pull)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ImagePull, SharedPull> _running = [];

    public async Task<Outcome?> PullAsync(ImagePull image, IProgress<LaunchPhase> phases, CancellationToken cancellationToken)
    {
        SharedPull shared;
        lock (_gate)
        {
            if (!_running.TryGetValue(image, out shared!))
            {
                shared = _running[image] = new SharedPull();
                shared.Outcome = Task.Run(() => RunAsync(image, shared), CancellationToken.None);
            }

            shared.Waiters.Add(phases);
        }

        try
        {
            phases.Report(new LaunchPhase(LaunchStep.PullingImage, shared.Fraction));
            return await shared.Outcome.WaitAsync(cancellationToken);
        }
        finally
        {
            Leave(image, shared, phases);
        }
    }

    private async Task<Outcome?> RunAsync(ImagePull image, SharedPull shared)
    {
        try
        {
            return await pull(image, fraction => Tell(shared, fraction), shared.End.Token);
        }
        finally
        {
            // Before the waiters hear of it: who comes from now on gets a pull of his own, not an old outcome.
            Forget(image, shared);
        }
    }

    private void Tell(SharedPull shared, double fraction)
    {
        IProgress<LaunchPhase>[] waiters;
        lock (_gate)
        {
            shared.Fraction = fraction;
            waiters = [.. shared.Waiters];
        }

        foreach (var waiter in waiters)
        {
            waiter.Report(new LaunchPhase(LaunchStep.PullingImage, fraction));
        }
    }

    private void Leave(ImagePull image, SharedPull shared, IProgress<LaunchPhase> phases)
    {
        bool isLast;
        lock (_gate)
        {
            shared.Waiters.Remove(phases);
            isLast = shared.Waiters.Count == 0;
            if (isLast)
            {
                Forget_NeedsLock(image, shared);
            }
        }

        if (isLast)
        {
            // Harmless where the pull is over; its task, if cancelled, has nobody left who wants its outcome.
            shared.End.Cancel();
        }
    }

    private void Forget(ImagePull image, SharedPull shared)
    {
        lock (_gate)
        {
            Forget_NeedsLock(image, shared);
        }
    }

    private void Forget_NeedsLock(ImagePull image, SharedPull shared)
    {
        if (_running.TryGetValue(image, out var current) && current == shared)
        {
            _running.Remove(image);
        }
    }

    private sealed class SharedPull
    {
        public CancellationTokenSource End { get; } = new();

        public List<IProgress<LaunchPhase>> Waiters { get; } = [];

        public Task<Outcome?> Outcome { get; set; } = Task.FromResult<Outcome?>(null);

        public double? Fraction { get; set; }
    }
}
