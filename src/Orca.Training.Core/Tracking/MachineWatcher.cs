using Microsoft.Extensions.Logging;
using Orca.Training.Diagnostics;
using Orca.Training.Machines;

namespace Orca.Training.Tracking;

/// <summary>
/// Passes on one machine's hints for as long as its decider lasts, and tells when some may be missing; and what the machine has, which is asked
/// again every reconcile period: nodes come and go, and quotas are raised.
/// </summary>
internal sealed class MachineWatcher(Machine machine, RuntimeScope scope, TimeSpan period, TimeProvider time, Inbox inbox, ILogger logger)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan LongestCall = TimeSpan.FromMinutes(2);

    private RuntimeInfo? _told;

    public Task RunAsync(CancellationToken cancellationToken) => Task.WhenAll(WatchOnAsync(cancellationToken), DescribeOnAsync(cancellationToken));

    private async Task WatchOnAsync(CancellationToken cancellationToken)
    {
        var pause = FirstPause;
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                if (_told is null)
                {
                    await DescribeAsync(cancellationToken);
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

    private async Task DescribeOnAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            await Task.Delay(period, time, cancellationToken).Quietly();
            try
            {
                if (_told is not null && !cancellationToken.IsCancellationRequested)
                {
                    await DescribeAsync(cancellationToken);
                }
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // What it had holds until it says otherwise; that it cannot be asked shows in its listings.
            catch (Exception e)
#pragma warning restore CA1031
            {
                logger.DescribeFailed(e, machine.Name);
            }
        }
    }

    private async Task DescribeAsync(CancellationToken cancellationToken)
    {
        using var over = new CancellationTokenSource(LongestCall, time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(over.Token, cancellationToken);
        var asked = machine.Runtime.DescribeAsync(limit.Token);
        var info = asked.IsCompleted ? await asked : await asked.OrGiveUpAsync(limit.Token);
        if (info == _told)
        {
            return;
        }

        logger.MachineDescribed(machine.Name, info.Description);
        await inbox.PostAsync(new TrackerEvent.Described(machine.Name, machine.Capacity ?? info.Total), cancellationToken);
        _told = info;
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
