using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Orca.Training.PostgreSql.Feed;

/// <summary>
/// Says that something was committed: by a notification of the server where another host did it, and every poll period in any case. What
/// this host commits is told in the process, so that its own notifications say nothing new. Several at once are one.
/// </summary>
/// <param name="data">Where the connection that listens comes from.</param>
/// <param name="schema">The store's.</param>
/// <param name="ownSession">The server's number for the session that this host commits on.</param>
/// <param name="pollPeriod">How long a wait lasts at most.</param>
/// <param name="time">Measures it.</param>
/// <param name="logger">Told when notifications are lost.</param>
internal sealed class Notifications(
    PostgreSqlDataSource data, string schema, Func<int> ownSession, TimeSpan pollPeriod, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    /// <summary>What a notification says when an application's own transaction brought a job.</summary>
    public const string Outside = "outside";

    /// <summary>What a notification says when finished jobs were removed.</summary>
    public const string Removed = "removed";

    private readonly Channel<bool> _committed = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly CancellationTokenSource _ending = new();
    private Task? _listening;
    private int _isOutside;
    private int _isRemoved;

    /// <summary>Whether jobs were removed, or may have been, since this was last asked.</summary>
    public bool TakeRemoved() => Interlocked.Exchange(ref _isRemoved, 0) == 1;

    /// <summary>Something was committed that has to be read.</summary>
    public void Committed() => _committed.Writer.TryWrite(true);

    /// <summary>Waits for a commit, or for the poll period. True: there may be jobs of applications' own transactions among it.</summary>
    public async Task<bool> WaitAsync(CancellationToken cancellationToken)
    {
        _listening ??= ListenAsync(_ending.Token);
        using var poll = new CancellationTokenSource(pollPeriod, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(poll.Token, cancellationToken);
        try
        {
            await _committed.Reader.ReadAsync(either.Token);
            return Interlocked.Exchange(ref _isOutside, 0) == 1;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return true;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        if (_listening is { } listening)
        {
            await listening;
        }

        _ending.Dispose();
    }

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await using var connection = await data.Source.OpenConnectionAsync(cancellationToken);
                connection.Notification += (_, told) =>
                {
                    if (told.PID == ownSession())
                    {
                        return;
                    }

                    if (told.Payload == Removed)
                    {
                        Volatile.Write(ref _isRemoved, 1);
                    }

                    if (told.Payload == Outside)
                    {
                        Volatile.Write(ref _isOutside, 1);
                    }

                    Committed();
                };
                await using (var listen = new NpgsqlCommand($"LISTEN orca_{schema}", connection))
                {
                    await listen.ExecuteNonQueryAsync(cancellationToken);
                }

                // Between the last connection and this one notifications may have been missed.
                Volatile.Write(ref _isOutside, 1);
                Volatile.Write(ref _isRemoved, 1);
                Committed();
                while (true)
                {
                    await connection.WaitAsync(cancellationToken);
                }
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // The poll goes on meanwhile.
            catch (Exception e)
#pragma warning restore CA1031
            {
                logger.NotificationsLost(e, data.Name, (long)pollPeriod.TotalMilliseconds);
            }

            try
            {
                await Task.Delay(TimeSpan.FromSeconds(1), time, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }
}
