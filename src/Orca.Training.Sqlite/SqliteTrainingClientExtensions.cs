using Microsoft.Data.Sqlite;
using Orca.Training.Client;
using Orca.Training.Jobs;
using Orca.Training.Sqlite;

namespace Orca.Training;

/// <summary>Submits trainings in a transaction of the application.</summary>
public static class SqliteTrainingClientExtensions
{
    /// <summary>
    /// Submits a request in an open transaction on the database of the job store. When the transaction commits, the job is stored together
    /// with everything else that the transaction writes. If it is rolled back, or the host crashes before the commit, nothing is stored.
    /// </summary>
    /// <param name="client">The client of the host in this process, or one from its <see cref="ITrainingClientFactory"/>.</param>
    /// <param name="request">The request. It is checked before anything is written.</param>
    /// <param name="transaction">
    /// The transaction, on a connection of the application. After its first write, no other connection can write to the database until it
    /// ends. Commit it soon, and do not await other calls of the training service before.
    /// </param>
    /// <param name="cancellationToken">Cancels the call. Then roll the transaction back.</param>
    /// <returns>The id of the job. If the transaction is rolled back, another job can get the same id.</returns>
    /// <exception cref="TrainingException">
    /// As <see cref="ITrainingClient.TrainAsync"/>. Also <see cref="TrainingError.FailedPrecondition"/>: the transaction has ended, or is
    /// on another database. In these cases nothing was written.
    /// </exception>
    /// <exception cref="ArgumentException">The client does not belong to a host in this process that keeps its jobs in SQLite.</exception>
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
