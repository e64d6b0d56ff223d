using System.Runtime.CompilerServices;

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
}
