using System.Globalization;
using Orca.Training.Jobs.Storage;

namespace Orca.Training.Tracking;

/// <summary>This host's hold on the store: who has it, decides.</summary>
internal sealed class Lease(IJobStore store, TimeSpan duration, TimeProvider time)
{
    private readonly string _holder = string.Create(CultureInfo.InvariantCulture, $"{Environment.MachineName}/{Environment.ProcessId}/{time.GetTimestamp()}");

    /// <summary>Waits until the lease is ours.</summary>
    public async Task<Fence> AcquireAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await store.AcquireLeaseAsync(_holder, duration, cancellationToken) is { } fence)
            {
                return fence;
            }

            await Task.Delay(duration / 3, time, cancellationToken);
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
