using System.Collections.Frozen;
using Orca.Training.Datasets;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;

namespace Orca.Training.Client;

/// <summary>What only stores know of a submission, and what may be otherwise a moment later: its dataset's version and the jobs that it depends on.</summary>
internal sealed class SubmissionFacts(IJobStore store, IDatasetStore datasets)
{
    /// <summary>The version that a request trains on.</summary>
    /// <param name="request">The request.</param>
    /// <param name="found">Gets what is wrong; what is returned then is of no use.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="TrainingException">The dataset store cannot be read now.</exception>
    public async ValueTask<string> ResolveAsync(TrainingRequest request, List<FieldViolation> found, CancellationToken cancellationToken)
    {
        try
        {
            if (await datasets.ResolveAsync(request.DatasetId, request.DatasetVersion, cancellationToken) is { } version)
            {
                return version.Hash;
            }

            var isKnown = request.DatasetVersion.Length > 0
                && await datasets.ResolveAsync(request.DatasetId, "", cancellationToken) is not null;
            found.Add(isKnown
                ? new FieldViolation("train_data_version_hash", $"Dataset '{request.DatasetId}' has no version '{request.DatasetVersion}': give one that was added, or none for the newest.")
                : new FieldViolation("dataset_id", $"There is no dataset '{request.DatasetId}': add it first."));
        }
        catch (DatasetException e)
        {
            found.Add(new FieldViolation("dataset_id", e.Message));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or TimeoutException)
        {
            throw new TrainingException(TrainingError.Unavailable, $"The dataset store cannot be read now: {e.Message}", inner: e);
        }

        return "";
    }

    /// <summary>
    /// Those of the jobs that requests depend on which there are not. How far the others are is not asked: one that has failed already fails what
    /// depends on it in the same way as one that fails a moment later.
    /// </summary>
    public async ValueTask<IReadOnlySet<JobId>> MissingAsync(IEnumerable<TrainingRequest> requests, CancellationToken cancellationToken)
    {
        JobId[] asked = [.. requests.SelectMany(r => r.DependsOn).Distinct()];
        if (asked.Length == 0)
        {
            return FrozenSet<JobId>.Empty;
        }

        var readings = await ManyReadings.ReadAsync(store, asked, cancellationToken);
        return readings.Where(r => r.Reading is null).Select(r => r.Id).ToHashSet();
    }
}
