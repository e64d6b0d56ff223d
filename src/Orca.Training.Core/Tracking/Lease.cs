using System.Globalization;
using Orca.Training.Jobs.Storage;

namespace Orca.Training.Tracking;

/// <summary>This host's hold on the store: who has it, decides.</summary>
internal sealed class Lease(IJobStore store, TimeSpan duration, TimeProvider time)
{
    private static int _made;

    // Two in one process at the same tick are two holders: taken for one, both would decide.
    private readonly string _holder = string.Create(
        CultureInfo.InvariantCulture, $"{Environment.MachineName}/{Environment.ProcessId}/{time.GetTimestamp()}/{Interlocked.Increment(ref _made)}");

    /// <summary>Waits until the lease is ours, for at least two thirds of its time.</summary>
    public async Task<Fence> AcquireAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var asked = time.GetTimestamp();
            if (await store.AcquireLeaseAsync(_holder, duration, cancellationToken) is not { } fence)
            {
                await Task.Delay(duration / 3, time, cancellationToken);
            }
            else if (time.GetElapsedTime(asked) <= duration / 3)
            {
                return fence;
            }
        }
    }

    /// <summary>Renews the lease until cancelled. Trust ends before the lease does, counted from when a renewal was asked for.</summary>
    /// <exception cref="StaleFenceException">Another holder has it, or it could not be renewed in time.</exception>
    public async Task KeepAsync(Fence fence, CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(duration / 3, time, cancellationToken);
            using var trust = new CancellationTokenSource(duration / 3, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(trust.Token, cancellationToken);
            Fence? renewed = null;
            try
            {
                renewed = await store.AcquireLeaseAsync(_holder, duration, either.Token);
            }
            catch (OperationCanceledException) when (trust.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
                // Not in time: the same as refused.
            }

            if (renewed != fence)
            {
                throw new StaleFenceException(fence, renewed ?? default);
            }
        }
    }
}
