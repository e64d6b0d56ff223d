using Microsoft.Data.Sqlite;
using Orca.Training.Client;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;
using Orca.Training.Sqlite.Database;

namespace Orca.Training.Sqlite;

/// <summary>Jobs that come in transactions of the application's own: written there, and taken up when it has committed.</summary>
internal sealed partial class SqliteJobStore
{
    // SQLite tells nobody of a commit, so such a transaction is looked at until it is over.
    private static readonly TimeSpan FirstLook = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan LongestLook = TimeSpan.FromMilliseconds(200);

    private readonly CancellationTokenSource _ending = new();

    /// <summary>Writes a new job within a transaction.</summary>
    /// <exception cref="TrainingException">The transaction has ended, or on another database.</exception>
    public async ValueTask<CommandResult> SubmitWithinAsync(JobCommand.Submit submit, SqliteTransaction transaction, CancellationToken cancellationToken)
    {
        var opened = await OpenAsync(cancellationToken);
        CommandResult result;
        try
        {
            result = OutsideJobs.Insert(submit, transaction, opened.Installation);
        }
        catch (SqliteException e)
        {
            throw SqliteErrors.Write(e, _options.File, _options.BusyTimeout);
        }

        if (result.Applied)
        {
            _ = TakeUpAsync(transaction, _ending.Token);
        }

        return result;
    }

    private async Task TakeUpAsync(SqliteTransaction transaction, CancellationToken cancellationToken)
    {
        try
        {
            for (var wait = FirstLook; transaction.Connection is not null; wait = wait * 2 < LongestLook ? wait * 2 : LongestLook)
            {
                await Task.Delay(wait, _time, cancellationToken);
            }

            while (!await TryTakeOutsideAsync(cancellationToken))
            {
                await Task.Delay(LongestLook, _time, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The next start takes it up.
        }
    }

    private async Task<bool> TryTakeOutsideAsync(CancellationToken cancellationToken)
    {
        try
        {
            await TakeOutsideAsync(cancellationToken);
            return true;
        }
#pragma warning disable CA1031 // A full disk, or a lock that somebody holds for long: what is committed stays, and is taken up later.
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            _logger.NotTakenUp(e, _options.File);
            return false;
        }
    }
}
