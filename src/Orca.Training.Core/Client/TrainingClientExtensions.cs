using System.Runtime.CompilerServices;
using Orca.Training.Jobs;

namespace Orca.Training.Client;

/// <summary>What follows from the calls of any <see cref="ITrainingClient"/>.</summary>
public static class TrainingClientExtensions
{
    /// <summary>All trainings that meet a query, page after page; a page is asked for when the one before has been read.</summary>
    /// <param name="client">The client.</param>
    /// <param name="query">The query; its page token, where it has one, says where to begin.</param>
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

    /// <summary>Asks for every training of a group to be ended that has not ended, one by one; what is submitted to it meanwhile may go on.</summary>
    /// <param name="client">The client.</param>
    /// <param name="group">The group.</param>
    /// <param name="cancellationToken">Ends the call; those that have been asked stay so.</param>
    /// <returns>The jobs that were asked to end.</returns>
    /// <exception cref="TrainingException">As <see cref="ITrainingClient.ListTrainingsAsync"/> and <see cref="ITrainingClient.CancelTrainingAsync"/> throw it.</exception>
    /// <exception cref="ArgumentException">The group has no name: that would be every training.</exception>
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
