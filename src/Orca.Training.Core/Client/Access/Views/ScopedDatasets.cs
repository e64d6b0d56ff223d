using Orca.Training.Datasets;
using Orca.Training.Files;
using Orca.Training.Ownership;

namespace Orca.Training.Client;

/// <summary>A view of the datasets that a caller sees. Changes that the caller may not make are refused.</summary>
internal sealed class ScopedDatasets(IDatasetStore all, CallerNames names) : IDatasetStore
{
    public bool IsShared => all.IsShared;

    public bool IsOnHost => all.IsOnHost;

    public async Task<DatasetVersion> AddAsync(string datasetId, IReadOnlyList<DatasetFile> files, CancellationToken cancellationToken)
    {
        // Before the name gets an owner.
        DatasetNames.CheckId(datasetId);
        if (!await names.ClaimAsync(NameKind.Dataset, datasetId, async token => await all.ResolveAsync(datasetId, "", token) is not null, cancellationToken))
        {
            throw Refusals.NotYours(names.Rights, "dataset", datasetId, await names.OwnerOfAsync(NameKind.Dataset, datasetId, cancellationToken), "add to");
        }

        return await all.AddAsync(datasetId, files, cancellationToken);
    }

    public async Task<DatasetVersion?> ResolveAsync(string datasetId, string version, CancellationToken cancellationToken) =>
        await SeesAsync(datasetId, cancellationToken) ? await all.ResolveAsync(datasetId, version, cancellationToken) : null;

    public async Task<Uri> OpenAsync(DatasetVersion version, CancellationToken cancellationToken)
    {
        await FindAsync(version, cancellationToken);
        return await all.OpenAsync(version, cancellationToken);
    }

    public async Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken) =>
        await names.SeenAsync(NameKind.Dataset, await all.ListAsync(cancellationToken), cancellationToken);

    public async Task<IReadOnlyList<DatasetDescription>> ListVersionsAsync(string datasetId, CancellationToken cancellationToken) =>
        await SeesAsync(datasetId, cancellationToken) ? await all.ListVersionsAsync(datasetId, cancellationToken) : [];

    public async Task<IReadOnlyList<SnapshotFile>> ListFilesAsync(DatasetVersion version, CancellationToken cancellationToken)
    {
        await FindAsync(version, cancellationToken);
        return await all.ListFilesAsync(version, cancellationToken);
    }

    public async Task<Stream> OpenFileAsync(DatasetVersion version, string file, CancellationToken cancellationToken)
    {
        await FindAsync(version, cancellationToken);
        return await all.OpenFileAsync(version, file, cancellationToken);
    }

    public async Task TagAsync(DatasetVersion version, string tag, CancellationToken cancellationToken)
    {
        var owner = await FindAsync(version, cancellationToken);
        if (!names.Rights.AddsTo(owner))
        {
            throw Refusals.NotYours(names.Rights, "dataset", version.DatasetId, owner, "tag");
        }

        await all.TagAsync(version, tag, cancellationToken);
    }

    public async Task RemoveTagAsync(string datasetId, string tag, CancellationToken cancellationToken)
    {
        var owner = await names.OwnerOfAsync(NameKind.Dataset, datasetId, cancellationToken);
        if (names.Rights.SeesName(owner) && await MayAsync(names.Rights.AddsTo(owner), datasetId, "", owner, "remove tags of", cancellationToken))
        {
            await all.RemoveTagAsync(datasetId, tag, cancellationToken);
        }
    }

    public async Task<bool> DeleteAsync(DatasetVersion version, CancellationToken cancellationToken)
    {
        var owner = await names.OwnerOfAsync(NameKind.Dataset, version.DatasetId, cancellationToken);
        return names.Rights.SeesName(owner)
            && await MayAsync(names.Rights.Rules(owner), version.DatasetId, version.Hash, owner, "delete versions of", cancellationToken)
            && await all.DeleteAsync(version, cancellationToken);
    }

    private ValueTask<bool> SeesAsync(string datasetId, CancellationToken cancellationToken) => names.SeesAsync(NameKind.Dataset, datasetId, cancellationToken);

    /// <summary>The owner of a version. A hidden version gives the same error as one that does not exist.</summary>
    private async ValueTask<string?> FindAsync(DatasetVersion version, CancellationToken cancellationToken)
    {
        var owner = await names.OwnerOfAsync(NameKind.Dataset, version.DatasetId, cancellationToken);
        return names.Rights.SeesAll || (names.Rights.SeesName(owner) && await all.ResolveAsync(version.DatasetId, version.Hash, cancellationToken) is not null)
            ? owner
            : throw new DatasetException($"Dataset {PlainName.Quoted(version.DatasetId)} has no version {PlainName.Quoted(version.Hash)}.");
    }

    /// <returns>False if there is nothing to change.</returns>
    private async ValueTask<bool> MayAsync(
        bool may, string datasetId, string version, string? owner, string words, CancellationToken cancellationToken) => may
        || (await all.ResolveAsync(datasetId, version, cancellationToken) is null
            ? false
            : throw Refusals.NotYours(names.Rights, "dataset", datasetId, owner, words));
}
