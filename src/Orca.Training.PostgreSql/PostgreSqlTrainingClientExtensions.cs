using Npgsql;
using Orca.Training.Client;
using Orca.Training.Jobs;
using Orca.Training.PostgreSql;

namespace Orca.Training;

/// <summary>Submits trainings in a transaction of the application.</summary>
public static class PostgreSqlTrainingClientExtensions
{
    /// <summary>
    /// Submits a request in an open transaction on the database of the job store. When the transaction commits, the job is stored together
    /// with everything else that the transaction writes. If it is rolled back, or the host crashes before the commit, nothing is stored.
    /// The transaction may commit late, and it does not delay other jobs.
    /// </summary>
    /// <param name="client">The client of the host in this process, or one from its <see cref="ITrainingClientFactory"/>.</param>
    /// <param name="request">The request. It is checked before anything is written.</param>
    /// <param name="transaction">The transaction, on a connection of the application.</param>
    /// <param name="cancellationToken">Cancels the call. Then roll the transaction back.</param>
    /// <returns>The id of the job.</returns>
    /// <exception cref="TrainingException">
    /// As <see cref="ITrainingClient.TrainAsync"/>. Also <see cref="TrainingError.FailedPrecondition"/>: the transaction has ended, or is
    /// on another database. In these cases nothing was written.
    /// </exception>
    /// <exception cref="ArgumentException">
    /// The client does not belong to a host in this process that keeps its jobs in PostgreSQL.
    /// </exception>
    public static Task<JobId> TrainAsync(this ITrainingClient client, TrainingRequest request, NpgsqlTransaction transaction, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(transaction);
        return client is TrainingClient { Store: PostgreSqlJobStore store } inProcess
            ? inProcess.TrainAsync(request, (submit, token) => store.SubmitWithinAsync(submit, transaction, token), cancellationToken)
            : throw new ArgumentException(
                "This client cannot submit in the transaction: use the ITrainingClient of a host in this process that keeps its jobs with UsePostgreSql().", nameof(client));
    }
}
