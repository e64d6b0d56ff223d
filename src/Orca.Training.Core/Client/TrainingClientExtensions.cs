using System.Runtime.CompilerServices;
using Orca.Training.Jobs;

namespace Orca.Training.Client;

/// <summary>Methods that combine calls of an <see cref="ITrainingClient"/>.</summary>
public static class TrainingClientExtensions
{
    /// <summary>Returns all trainings that match a query, page by page. A page is requested when the previous one has been read.</summary>
    /// <param name="client">The client.</param>
    /// <param name="query">The query. If it has a page token, the list starts there.</param>
    /// <param name="cancellationToken">Ends the list.</param>
    /// <exception cref="TrainingException">As <see cref="ITrainingClient.ListTrainingsAsync"/> throws it.</exception>
    public static async IAsyncEnumerable<TrainingStatus> ListAllTrainingsAsync(
        this ITrainingClient client, TrainingQuery query, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(query);
        do
        {
            var page = await client.ListTrainingsAsync(query, cancellationToken);
            foreach (var training in page.Trainings)
            {
                yield return training;
            }

            query = query with { PageToken = page.NextPageToken };
        }
        while (query.PageToken is not null);
    }

    /// <summary>
    /// Cancels each training of a group that has not ended, one after the other. Trainings that are submitted to the group at the same time
    /// may continue.
    /// </summary>
    /// <param name="client">The client.</param>
    /// <param name="group">The group.</param>
    /// <param name="cancellationToken">Ends the call. Requests that are already stored remain.</param>
    /// <returns>The jobs whose cancellation was requested.</returns>
    /// <exception cref="TrainingException">As <see cref="ITrainingClient.ListTrainingsAsync"/> and <see cref="ITrainingClient.CancelTrainingAsync"/> throw it.</exception>
    /// <exception cref="ArgumentException">The name of the group is empty, which would select every training.</exception>
    public static async Task<IReadOnlyList<JobId>> CancelGroupAsync(this ITrainingClient client, string group, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentException.ThrowIfNullOrWhiteSpace(group);
        var query = new TrainingQuery { Group = group, States = [JobState.Queued, JobState.Launching, JobState.Running], PageSize = CallLimits.MaxPageSize };
        var asked = new List<JobId>();
        await foreach (var training in client.ListAllTrainingsAsync(query, cancellationToken))
        {
            try
            {
                await client.CancelTrainingAsync(training.JobId, cancellationToken);
                asked.Add(training.JobId);
            }
            catch (TrainingException e) when (e.Error is TrainingError.FailedPrecondition or TrainingError.NotFound)
            {
                // It has ended since the page was read.
            }
        }

        return asked;
    }
}
