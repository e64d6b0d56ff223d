using Microsoft.Extensions.Logging;
using Orca.Training.Diagnostics;
using Orca.Training.Machines;

namespace Orca.Training.Tracking;

/// <summary>Passes on one machine's hints for as long as its decider lasts, and tells when some may be missing.</summary>
internal sealed class MachineWatcher(Machine machine, RuntimeScope scope, TimeProvider time, Inbox inbox, ILogger logger)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var pause = FirstPause;
        var isDescribed = false;
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                if (!isDescribed)
                {
                    await DescribeAsync(cancellationToken);
                    isDescribed = true;
                }

                await WatchAsync(() => pause = FirstPause, cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // A machine that throws whatever is asked again later; it must not end the decider.
            catch (Exception e)
#pragma warning restore CA1031
            {
                logger.MachineUnavailable(e, machine.Name, pause);
            }

            await Task.Delay(pause, time, cancellationToken).Quietly();
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private async Task DescribeAsync(CancellationToken cancellationToken)
    {
        var info = await machine.Runtime.DescribeAsync(cancellationToken);
        logger.MachineDescribed(machine.Name, info.Description);
        await inbox.PostAsync(new TrackerEvent.Described(machine.Name, machine.Capacity ?? info.Total), cancellationToken);
    }

    private async Task WatchAsync(Action works, CancellationToken cancellationToken)
    {
        var hints = machine.Runtime.WatchAsync(scope, cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using (hints)
        {
            var next = hints.MoveNextAsync();
            // Asked for only now that the stream is on: what it cannot tell, because it came before, the listing does.
            await inbox.PostAsync(new TrackerEvent.HintsInterrupted(machine.Name), cancellationToken);
            while (await next)
            {
                works();
                await inbox.PostAsync(new TrackerEvent.Observed(machine.Name, RuntimeAnswers.Checked(hints.Current, machine.Name)), cancellationToken);
                next = hints.MoveNextAsync();
            }
        }
    }
}
