using System.Collections.Concurrent;
using Orca.Training.Datasets;

namespace Orca.Training.Testing.Tests.Conformance.Data;

/// <summary>Mistakes with lists, tags and deletions.</summary>
internal static partial class BrokenDatasets
{
    public sealed class ListsWithoutRegardToCase(IDatasetStore inner) : WrappedDatasets(inner)
    {
        public override async Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken) =>
            [.. (await base.ListAsync(cancellationToken)).Order(StringComparer.OrdinalIgnoreCase)];
    }

    public sealed class ListsWhatEverWas(IDatasetStore inner) : WrappedDatasets(inner)
    {
        private readonly ConcurrentDictionary<string, bool> _ever = new();

        public override async Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken) =>
            [.. (await base.ListAsync(cancellationToken)).Union(_ever.Keys).Order(StringComparer.Ordinal)];

        public override Task<DatasetVersion> AddAsync(string datasetId, IReadOnlyList<DatasetFile> files, CancellationToken cancellationToken)
        {
            _ever[datasetId] = true;
            return base.AddAsync(datasetId, files, cancellationToken);
        }
    }

    public sealed class ListsByHash(IDatasetStore inner) : WrappedDatasets(inner)
    {
        public override async Task<IReadOnlyList<DatasetDescription>> ListVersionsAsync(string datasetId, CancellationToken cancellationToken) =>
            [.. (await base.ListVersionsAsync(datasetId, cancellationToken)).OrderBy(d => d.Version.Hash, StringComparer.Ordinal)];
    }

    public sealed class TakesTheSealsTimeForThatOfTheAdd(IDatasetStore inner) : WrappedDatasets(inner)
    {
        public override async Task<IReadOnlyList<DatasetDescription>> ListVersionsAsync(string datasetId, CancellationToken cancellationToken) =>
            [.. (await base.ListVersionsAsync(datasetId, cancellationToken)).Select(d => d with { AddedAt = new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero) })];
    }

    public sealed class CountsTheFirstFileOnly(IDatasetStore inner) : WrappedDatasets(inner)
    {
        public override async Task<IReadOnlyList<DatasetDescription>> ListVersionsAsync(string datasetId, CancellationToken cancellationToken) =>
            [.. (await base.ListVersionsAsync(datasetId, cancellationToken)).Select(d => d with { Files = 1 })];
    }

    public sealed class CountsCharacters(IDatasetStore inner) : WrappedDatasets(inner)
    {
        public override async Task<IReadOnlyList<SnapshotFile>> ListFilesAsync(DatasetVersion version, CancellationToken cancellationToken) =>
            [.. (await base.ListFilesAsync(version, cancellationToken)).Select(f => f with { Size = f.Size == 5 ? 4 : f.Size })];
    }

    public sealed class OpensByTheLastPart(IDatasetStore inner) : WrappedDatasets(inner)
    {
        public override Task<Stream> OpenFileAsync(DatasetVersion version, string file, CancellationToken cancellationToken) =>
            base.OpenFileAsync(version, file.Length == 0 ? file : Path.GetFileName(file) == "a" ? "a" : file, cancellationToken);
    }

    public sealed class TagsOnce(IDatasetStore inner) : WrappedDatasets(inner)
    {
        public override async Task TagAsync(DatasetVersion version, string tag, CancellationToken cancellationToken)
        {
            if (await base.ResolveAsync(version.DatasetId, tag, cancellationToken) is null)
            {
                await base.TagAsync(version, tag, cancellationToken);
            }
        }
    }

    public sealed class ListsATagWithAllThatEverHadIt(IDatasetStore inner) : WrappedDatasets(inner)
    {
        private readonly ConcurrentDictionary<(DatasetVersion, string), bool> _ever = new();

        public override async Task<IReadOnlyList<DatasetDescription>> ListVersionsAsync(string datasetId, CancellationToken cancellationToken) =>
            [.. (await base.ListVersionsAsync(datasetId, cancellationToken)).Select(d => d with
            {
                Tags = [.. _ever.Keys.Where(t => t.Item1 == d.Version).Select(t => t.Item2).Order(StringComparer.Ordinal)],
            })];

        public override Task TagAsync(DatasetVersion version, string tag, CancellationToken cancellationToken)
        {
            _ever[(version, tag)] = true;
            return base.TagAsync(version, tag, cancellationToken);
        }
    }

    public sealed class HasTagsOfAllDatasets(IDatasetStore inner) : WrappedDatasets(inner)
    {
        private readonly ConcurrentDictionary<string, DatasetVersion> _tags = new();

        public override async Task<DatasetVersion?> ResolveAsync(string datasetId, string version, CancellationToken cancellationToken) =>
            await base.ResolveAsync(datasetId, version, cancellationToken) ?? _tags.GetValueOrDefault(version);

        public override Task TagAsync(DatasetVersion version, string tag, CancellationToken cancellationToken)
        {
            _tags[tag] = version;
            return base.TagAsync(version, tag, cancellationToken);
        }
    }

    public sealed class MendsTags(IDatasetStore inner) : WrappedDatasets(inner)
    {
        public override Task TagAsync(DatasetVersion version, string tag, CancellationToken cancellationToken) =>
            base.TagAsync(version, "tag-" + string.Concat(tag.Where(char.IsAsciiLetterOrDigit)), cancellationToken);
    }

    public sealed class TagsWhatIsNotThere(IDatasetStore inner) : WrappedDatasets(inner)
    {
        public override async Task TagAsync(DatasetVersion version, string tag, CancellationToken cancellationToken)
        {
            if (await base.ResolveAsync(version.DatasetId, version.Hash, cancellationToken) is not null)
            {
                await base.TagAsync(version, tag, cancellationToken);
            }
        }
    }

    public sealed class DeletesForTheLookOnly(IDatasetStore inner) : WrappedDatasets(inner)
    {
        private readonly ConcurrentDictionary<DatasetVersion, bool> _deleted = new();

        public override async Task<DatasetVersion?> ResolveAsync(string datasetId, string version, CancellationToken cancellationToken) =>
            await base.ResolveAsync(datasetId, version, cancellationToken) is { } found && !_deleted.ContainsKey(found) ? found : null;

        public override Task<bool> DeleteAsync(DatasetVersion version, CancellationToken cancellationToken) => Task.FromResult(_deleted.TryAdd(version, true));
    }

    public sealed class DeletesTheContentFromAllDatasets(IDatasetStore inner) : WrappedDatasets(inner)
    {
        public override async Task<bool> DeleteAsync(DatasetVersion version, CancellationToken cancellationToken)
        {
            foreach (var id in await ListAsync(cancellationToken))
            {
                if (id != version.DatasetId)
                {
                    await base.DeleteAsync(version with { DatasetId = id }, cancellationToken);
                }
            }

            return await base.DeleteAsync(version, cancellationToken);
        }
    }

    public sealed class GivesTagsBackWithTheContent(IDatasetStore inner) : WrappedDatasets(inner)
    {
        private readonly ConcurrentDictionary<(DatasetVersion Version, string Tag), bool> _tags = new();

        public override async Task<DatasetVersion> AddAsync(string datasetId, IReadOnlyList<DatasetFile> files, CancellationToken cancellationToken)
        {
            var version = await base.AddAsync(datasetId, files, cancellationToken);
            foreach (var (_, tag) in _tags.Keys.Where(t => t.Version == version))
            {
                await base.TagAsync(version, tag, cancellationToken);
            }

            return version;
        }

        public override Task TagAsync(DatasetVersion version, string tag, CancellationToken cancellationToken)
        {
            _tags[(version, tag)] = true;
            return base.TagAsync(version, tag, cancellationToken);
        }
    }

    public sealed class HasNoNewestAfterADeletion(IDatasetStore inner) : WrappedDatasets(inner)
    {
        private readonly ConcurrentDictionary<string, bool> _deleted = new();

        public override async Task<DatasetVersion?> ResolveAsync(string datasetId, string version, CancellationToken cancellationToken) =>
            version.Length == 0 && _deleted.ContainsKey(datasetId) ? null : await base.ResolveAsync(datasetId, version, cancellationToken);

        public override Task<bool> DeleteAsync(DatasetVersion version, CancellationToken cancellationToken)
        {
            _deleted[version.DatasetId] = true;
            return base.DeleteAsync(version, cancellationToken);
        }
    }

    public sealed class SaysItHasDeletedAnything(IDatasetStore inner) : WrappedDatasets(inner)
    {
        public override async Task<bool> DeleteAsync(DatasetVersion version, CancellationToken cancellationToken)
        {
            await base.DeleteAsync(version, cancellationToken);
            return true;
        }
    }

    /// <summary>Looks whether a version is there before it stores it, and believes that for the rest of the add.</summary>
    public sealed class StoresWhatItOnceHadNoMore(IDatasetStore inner) : WrappedDatasets(inner)
    {
        private readonly ConcurrentDictionary<string, DatasetVersion> _had = new();

        public override async Task<DatasetVersion> AddAsync(string datasetId, IReadOnlyList<DatasetFile> files, CancellationToken cancellationToken)
        {
            var names = $"{datasetId} {string.Join(' ', files.Select(f => f.Name))}";
            if (_had.TryGetValue(names, out var had) && await ResolveAsync(datasetId, had.Hash, cancellationToken) is not null)
            {
                foreach (var file in files)
                {
                    await using var source = await file.Open(cancellationToken);
                }

                return had;
            }

            return _had[names] = await base.AddAsync(datasetId, files, cancellationToken);
        }
    }

    /// <summary>Deletes file by file, and what was added meanwhile too.</summary>
    public sealed class DeletesFilesOfALaterAdd(IDatasetStore inner) : WrappedDatasets(inner)
    {
        private readonly ConcurrentDictionary<DatasetVersion, bool> _deleted = new();

        public override async Task<DatasetVersion> AddAsync(string datasetId, IReadOnlyList<DatasetFile> files, CancellationToken cancellationToken)
        {
            var version = await base.AddAsync(datasetId, files, cancellationToken);
            if (_deleted.ContainsKey(version))
            {
                var folder = (await OpenAsync(version, cancellationToken)).LocalPath;
                if (!OperatingSystem.IsWindows())
                {
                    File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | UnixFileMode.UserWrite);
                }

                File.Delete(Path.Combine(folder, "a"));
            }

            return version;
        }

        public override Task<bool> DeleteAsync(DatasetVersion version, CancellationToken cancellationToken)
        {
            _deleted[version] = true;
            return base.DeleteAsync(version, cancellationToken);
        }
    }
}
