using System.Runtime.CompilerServices;

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
}
