using Microsoft.Data.Sqlite;
using Orca.Training.Client;
using Orca.Training.Jobs;
using Orca.Training.Sqlite;

namespace Orca.Training;

/// <summary>Submits within a transaction of the application's own.</summary>
public static class SqliteTrainingClientExtensions
{
    /// <summary>
    /// Submits a request within an open transaction on the job store's own database: the job is there, and will be run, if and when the
    /// transaction commits, together with whatever else it writes; if it is rolled back, or the host dies before, there is neither.
    /// </summary>
    /// <param name="client">The client of this process's host, or one that <see cref="ITrainingClientFactory"/> made.</param>
    /// <param name="request">What is asked for; it is checked as ever, before anything is written.</param>
    /// <param name="transaction">
    /// On a connection of the application's own. While it has written and is open, nobody else can write to the database: commit it soon,
    /// and await nothing else of the training service meanwhile.
    /// </param>
    /// <param name="cancellationToken">Ends the call; roll the transaction back then.</param>
    /// <returns>The job's id, as it will be. Of a transaction that is rolled back it may be drawn again.</returns>
    /// <exception cref="TrainingException">
    /// As with <see cref="ITrainingClient.TrainAsync"/>; and <see cref="TrainingError.FailedPrecondition"/>: the transaction is over, or on
    /// another database. Nothing was written then.
    /// </exception>
    /// <exception cref="ArgumentException">The client is not one of a host in this process that keeps its jobs in SQLite.</exception>
    public static Task<JobId> TrainAsync(this ITrainingClient client, TrainingRequest request, SqliteTransaction transaction, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(transaction);
        return client is TrainingClient { Store: SqliteJobStore store } inProcess
            ? inProcess.TrainAsync(request, (submit, token) => store.SubmitWithinAsync(submit, transaction, token), cancellationToken)
            : throw new ArgumentException(
                "This client cannot submit in the transaction: use the ITrainingClient of a host in this process that keeps its jobs with UseSqlite().", nameof(client));
    }
}
