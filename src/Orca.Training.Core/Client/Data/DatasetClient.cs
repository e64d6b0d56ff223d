using Microsoft.Extensions.Logging;
using Orca.Training.Datasets;
using Orca.Training.Datasets.Intents;
using Orca.Training.Diagnostics;
using Orca.Training.Files;
using Orca.Training.Ownership;
using Orca.Training.Text;
using static System.FormattableString;

namespace Orca.Training.Client;

/// <summary>The client of datasets within the host's own process.</summary>
/// <param name="datasets">The store.</param>
/// <param name="limits">What a dataset may hold, as the settings are now.</param>
/// <param name="guard">What lies around each call.</param>
/// <param name="logger">Told of what stands in the datasets that are added.</param>
/// <param name="names">Says whose a dataset is; null for the application, which need not ask.</param>
internal sealed class DatasetClient(IDatasetStore datasets, Func<RequestLimits> limits, CallGuard guard, ILogger logger, CallerNames? names = null)
    : IDatasetClient
{
    private const int LongestSourceName = 255;

    public Task<DatasetVersion> AddAsync(string datasetId, IReadOnlyList<DatasetFile> files, CancellationToken cancellationToken = default)
    {
        Intake.Names(("dataset_id", datasetId));
        ArgumentNullException.ThrowIfNull(files);
        return guard.AskAsync(Operations.AddDataset, async () =>
        {
            using var size = new DatasetSize(limits(), guard.Budget);
            size.CheckCount(files.Count);
            try
            {
                var added = await datasets.AddAsync(datasetId, [.. files.Select(CallersFile.Of).Select(size.Counted)], cancellationToken);
                await RecordAsync(Operations.AddDataset, datasetId, $"version {added.Hash}", cancellationToken);
                return added;
            }
            catch (DatasetException e)
            {
                throw TrainingException.Invalid(e.File is null ? "dataset_id" : Intake.Field("files", e.File), e.Message);
            }
        }, cancellationToken);
    }

    public Task<AddedDataset> AddIntentsAsync(
        string datasetId,
        CsvSource train,
        CsvSource? validation = null,
        CsvSource? test = null,
        IntentSplit? split = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(datasetId);
        ArgumentNullException.ThrowIfNull(train);
        return guard.AskAsync(Operations.AddIntents, async () =>
        {
            CheckSplit(split, validation, test);
            using var size = new DatasetSize(limits(), guard.Budget);
            try
            {
                DatasetNames.CheckId(datasetId);
                var added = await datasets.AddIntentsAsync(
                    datasetId, Counted(train, size)!, Counted(validation, size), Counted(test, size), split, cancellationToken);
                await RecordAsync(Operations.AddIntents, datasetId, $"version {added.Version.Hash}", cancellationToken);
                logger.IntentsAdded(datasetId, added.Version.Hash, added.Report);
                return added;
            }
            catch (DatasetException e)
            {
                throw TrainingException.Invalid(e.File is null ? "dataset_id" : Intake.Field("files", e.File), e.Message);
            }
        }, cancellationToken);
    }

    public Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken = default) =>
        guard.AskAsync(Operations.ListDatasets, async () => await datasets.ListAsync(cancellationToken), cancellationToken);

    public Task<IReadOnlyList<DatasetDescription>> ListVersionsAsync(string datasetId, CancellationToken cancellationToken = default)
    {
        Intake.Names(("dataset_id", datasetId));
        return guard.AskAsync(Operations.ListDatasetVersions, async () => await datasets.ListVersionsAsync(datasetId, cancellationToken), cancellationToken);
    }

    public Task<IReadOnlyList<SnapshotFile>> ListFilesAsync(DatasetVersion version, CancellationToken cancellationToken = default)
    {
        Intake.Version(version);
        return guard.AskAsync(Operations.ListDatasetFiles, async () => await FoundAsync(() => datasets.ListFilesAsync(version, cancellationToken)), cancellationToken);
    }

    public Task<DatasetVersion> ResolveAsync(string datasetId, string version = "", CancellationToken cancellationToken = default)
    {
        Intake.Names(("dataset_id", datasetId), ("version", version));
        return guard.AskAsync(Operations.ResolveDataset, async () => await datasets.ResolveAsync(datasetId, version, cancellationToken) ?? throw NotFound(datasetId, version), cancellationToken);
    }

    public Task TagAsync(DatasetVersion version, string tag, CancellationToken cancellationToken = default)
    {
        Intake.Version(version, ("tag", tag));
        return guard.AskAsync(Operations.TagDataset, async () =>
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
                await RecordAsync(Operations.TagDataset, version.DatasetId, $"tag {tag} to version {version.Hash}", cancellationToken);
                return true;
            });
        }, cancellationToken);
    }

    public Task RemoveTagAsync(string datasetId, string tag, CancellationToken cancellationToken = default)
    {
        Intake.Names(("dataset_id", datasetId), ("tag", tag));
        return guard.AskAsync(Operations.RemoveDatasetTag, async () =>
        {
            await datasets.RemoveTagAsync(datasetId, tag, cancellationToken);
            await RecordAsync(Operations.RemoveDatasetTag, datasetId, $"tag {tag}", cancellationToken);
            return true;
        }, cancellationToken);
    }

    public Task DeleteAsync(DatasetVersion version, CancellationToken cancellationToken = default)
    {
        Intake.Version(version);
        return guard.AskAsync(Operations.DeleteDataset, async () =>
        {
            if (!await datasets.DeleteAsync(version, cancellationToken))
            {
                throw NotFound(version.DatasetId, version.Hash);
            }

            await RecordAsync(Operations.DeleteDataset, version.DatasetId, $"version {version.Hash}", cancellationToken);
            return true;
        }, cancellationToken);
    }

    private async ValueTask RecordAsync(Operation operation, string datasetId, string what, CancellationToken cancellationToken)
    {
        if (names is not null)
        {
            await guard.RecordAsync(operation, $"dataset {datasetId}, {what}", await names.OwnerOfAsync(NameKind.Dataset, datasetId, cancellationToken));
        }
    }

    private static void CheckSplit(IntentSplit? split, CsvSource? validation, CsvSource? test)
    {
        try
        {
            split?.Check(validation is not null, test is not null);
        }
        catch (ArgumentException e)
        {
            throw TrainingException.Invalid("split", e.Message);
        }
    }

    /// <summary>A caller's file, whose bytes count.</summary>
    private static CsvSource? Counted(CsvSource? source, DatasetSize size)
    {
        if (source is null)
        {
            return null;
        }

        // It stands in errors, in the report and in the log.
        if (!Alphabet.IsName(source.Name, LongestSourceName))
        {
            throw TrainingException.Invalid("files", Invariant(
                $"The file name {PlainName.Quoted(source.Name)} is not valid: give 1 to {LongestSourceName} characters, {Alphabet.Rule}."));
        }

        return source with { Open = size.Counted(CallersFile.Of(new DatasetFile(source.Name, source.Open))).Open };
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
