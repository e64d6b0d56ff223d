using Orca.Training.Datasets;
using Orca.Training.Files;

namespace Orca.Training.Client;

/// <summary>The client of datasets within the host's own process.</summary>
/// <param name="datasets">The store.</param>
/// <param name="limits">What a dataset may hold, as the settings are now.</param>
/// <param name="errors">What callers are told.</param>
internal sealed class DatasetClient(IDatasetStore datasets, Func<RequestLimits> limits, ClientErrors errors) : IDatasetClient
{
    public Task<DatasetVersion> AddAsync(string datasetId, IReadOnlyList<DatasetFile> files, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(datasetId);
        ArgumentNullException.ThrowIfNull(files);
        return errors.AskAsync(nameof(AddAsync), async () =>
        {
            var size = new DatasetSize(limits());
            size.CheckCount(files.Count);
            try
            {
                return await datasets.AddAsync(datasetId, [.. files.Select(CallersFile.Of).Select(size.Counted)], cancellationToken);
            }
            catch (DatasetException e)
            {
                throw TrainingException.Invalid(e.File is null ? "dataset_id" : Intake.Field("files", e.File), e.Message);
            }
        }, cancellationToken);
    }

    public Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken = default) =>
        errors.AskAsync(nameof(ListAsync), () => datasets.ListAsync(cancellationToken), cancellationToken);

    public Task<IReadOnlyList<DatasetDescription>> ListVersionsAsync(string datasetId, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(datasetId);
        return errors.AskAsync(nameof(ListVersionsAsync), () => datasets.ListVersionsAsync(datasetId, cancellationToken), cancellationToken);
    }

    public Task<IReadOnlyList<SnapshotFile>> ListFilesAsync(DatasetVersion version, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(version);
        return errors.AskAsync(nameof(ListFilesAsync), () => FoundAsync(() => datasets.ListFilesAsync(version, cancellationToken)), cancellationToken);
    }

    public Task<DatasetVersion> ResolveAsync(string datasetId, string version = "", CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(datasetId);
        ArgumentNullException.ThrowIfNull(version);
        return errors.AskAsync(nameof(ResolveAsync), async () => await datasets.ResolveAsync(datasetId, version, cancellationToken) ?? throw NotFound(datasetId, version), cancellationToken);
    }

    public Task TagAsync(DatasetVersion version, string tag, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(version);
        ArgumentNullException.ThrowIfNull(tag);
        return errors.AskAsync(nameof(TagAsync), async () =>
        {
            try
            {
                DatasetNames.CheckTag(tag);
            }
            catch (DatasetException e)
            {
                throw TrainingException.Invalid("tag", e.Message);
            }

            return await FoundAsync(async () =>
            {
                await datasets.TagAsync(version, tag, cancellationToken);
                return true;
            });
        }, cancellationToken);
    }

    public Task RemoveTagAsync(string datasetId, string tag, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(datasetId);
        ArgumentNullException.ThrowIfNull(tag);
        return errors.AskAsync(nameof(RemoveTagAsync), async () =>
        {
            await datasets.RemoveTagAsync(datasetId, tag, cancellationToken);
            return true;
        }, cancellationToken);
    }

    public Task DeleteAsync(DatasetVersion version, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(version);
        return errors.AskAsync(nameof(DeleteAsync), async () =>
            await datasets.DeleteAsync(version, cancellationToken) ? true : throw NotFound(version.DatasetId, version.Hash), cancellationToken);
    }

    private static async Task<T> FoundAsync<T>(Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (DatasetException e)
        {
            throw new TrainingException(TrainingError.NotFound, HostPaths.Without(e.Message), inner: e);
        }
    }

    private static TrainingException NotFound(string datasetId, string version) => new(
        TrainingError.NotFound,
        version.Length == 0 ? $"There is no dataset {PlainName.Quoted(datasetId)}." : $"Dataset {PlainName.Quoted(datasetId)} has no version {PlainName.Quoted(version)}.");
}
