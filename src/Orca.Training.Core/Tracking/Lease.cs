using System.Globalization;
using Orca.Training.Jobs.Storage;

namespace Orca.Training.Tracking;

/// <summary>This host's hold on the store: who has it, decides.</summary>
internal sealed class Lease(IJobStore store, TimeSpan duration, TimeProvider time)
{
    private static int _made;

    // Trust ends so much before the lease: a write that is on its way then still comes in time, and clocks need not agree exactly.
    private readonly TimeSpan _trusted = duration * 5 / 6;

    // Two in one process at the same tick are two holders: taken for one, both would decide.
    private readonly string _holder = string.Create(
        CultureInfo.InvariantCulture, $"{Environment.MachineName}/{Environment.ProcessId}/{time.GetTimestamp()}/{Interlocked.Increment(ref _made)}");

    // A store that is back soon is asked again several times before trust ends, and one that is away is not pressed.
    private readonly TimeSpan _pauseAfterFailure = duration / 15;

    private long _askedAt;

    /// <summary>
    /// Waits until the lease is ours, for at least two thirds of its time. Who waits asks eight times in a lease's time, so that one whose
    /// holder was killed is taken up soon after its end, and one that was given back soon after that.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="taken">Called each time another holder is found to have it.</param>
    public async Task<Fence> AcquireAsync(CancellationToken cancellationToken, Action? taken = null)
    {
        while (true)
        {
            _askedAt = time.GetTimestamp();
            if (await store.AcquireLeaseAsync(_holder, duration, cancellationToken) is not { } fence)
            {
                taken?.Invoke();
                await Task.Delay(duration / 8, time, cancellationToken);
            }
            else if (time.GetElapsedTime(_askedAt) <= duration / 3)
            {
                return fence;
            }
        }
    }

    /// <summary>
    /// Renews the lease until cancelled. Trust ends before the lease does, counted from when the last renewal that was granted was
    /// asked for, whether or not the store answers or heeds a cancellation. A renewal that fails is asked for again while trust lasts; the
    /// last failure is thrown.
    /// </summary>
    /// <param name="fence">The term to keep.</param>
    /// <param name="cancellationToken">Ends the keeping.</param>
    /// <param name="failed">Told of each failure after which the store is asked again.</param>
    /// <exception cref="StaleFenceException">Another holder has it, or it could not be renewed in time.</exception>
    public async Task KeepAsync(Fence fence, CancellationToken cancellationToken, Action<Exception>? failed = null)
    {
        while (true)
        {
            // Counted from when it was asked for, as the trust is: a slow answer must not delay the next question.
            await Task.Delay(NotNegative((duration / 3) - time.GetElapsedTime(_askedAt)), time, cancellationToken);
            var left = _trusted - time.GetElapsedTime(_askedAt);
            using var trust = new CancellationTokenSource(NotNegative(left), time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(trust.Token, cancellationToken);
            Fence? renewed = null;
            var askedAt = time.GetTimestamp();
            try
            {
                renewed = await store.AcquireLeaseAsync(_holder, duration, either.Token).AsTask().OrGiveUpAsync(either.Token);
            }
            catch (OperationCanceledException) when (trust.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
                // Not in time: the same as refused.
            }
#pragma warning disable CA1031 // Whatever the store's error is, the lease is ours for as long as it was granted.
            catch (Exception e) when (!either.IsCancellationRequested && _trusted - time.GetElapsedTime(_askedAt) > _pauseAfterFailure)
#pragma warning restore CA1031
            {
                failed?.Invoke(e);
                await Task.Delay(_pauseAfterFailure, time, cancellationToken);
                continue;
            }

            if (renewed != fence)
            {
                throw new StaleFenceException(fence, renewed ?? default);
            }

            _askedAt = askedAt;
        }
    }

    private static TimeSpan NotNegative(TimeSpan span) => span > TimeSpan.Zero ? span : TimeSpan.Zero;
}
