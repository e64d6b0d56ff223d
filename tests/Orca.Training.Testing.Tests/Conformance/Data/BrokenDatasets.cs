using System.Collections.Concurrent;
using Orca.Training.Datasets;

namespace Orca.Training.Testing.Tests.Conformance.Data;

/// <summary>Dataset stores with one mistake each.</summary>
internal static partial class BrokenDatasets
{
    public sealed class LosesALargeFilesEnd(IDatasetStore inner) : WrappedDatasets(inner)
    {
        public override Task<DatasetVersion> AddAsync(string datasetId, IReadOnlyList<DatasetFile> files, CancellationToken cancellationToken) =>
            base.AddAsync(datasetId, [.. files.Select(f => new DatasetFile(f.Name, async token =>
            {
                await using var source = await f.Open(token);
                using var all = new MemoryStream();
                await source.CopyToAsync(all, token);
                return new MemoryStream(all.ToArray()[..(int)Math.Min(all.Length, 1 << 20)]);
            }))], cancellationToken);
    }

    public sealed class HashesContentsAlone(IDatasetStore inner) : WrappedDatasets(inner)
    {
        public override Task<DatasetVersion> AddAsync(string datasetId, IReadOnlyList<DatasetFile> files, CancellationToken cancellationToken) =>
            base.AddAsync(datasetId, [.. files.Select((f, i) => f with { Name = f.Name.Length > 0 ? $"{i}" : "" })], cancellationToken);
    }

    public sealed class MindsTheOrderOfFiles(IDatasetStore inner) : WrappedDatasets(inner)
    {
        public override async Task<DatasetVersion> AddAsync(string datasetId, IReadOnlyList<DatasetFile> files, CancellationToken cancellationToken)
        {
            var version = await base.AddAsync(datasetId, files, cancellationToken);
            return files is [{ Name: "b" }, ..] ? version with { Hash = new string('b', 64) } : version;
        }
    }

    public sealed class KeepsTheFirstAsNewest(IDatasetStore inner) : WrappedDatasets(inner)
    {
        private readonly ConcurrentDictionary<string, DatasetVersion> _first = new();

        public override async Task<DatasetVersion> AddAsync(string datasetId, IReadOnlyList<DatasetFile> files, CancellationToken cancellationToken)
        {
            var version = await base.AddAsync(datasetId, files, cancellationToken);
            _first.TryAdd(datasetId, version);
            return version;
        }

        public override Task<DatasetVersion?> ResolveAsync(string datasetId, string version, CancellationToken cancellationToken) =>
            version.Length == 0 && _first.TryGetValue(datasetId, out var first) ? Task.FromResult<DatasetVersion?>(first) : base.ResolveAsync(datasetId, version, cancellationToken);
    }

    public sealed class KnowsNoOldVersions(IDatasetStore inner) : WrappedDatasets(inner)
    {
        public override async Task<DatasetVersion?> ResolveAsync(string datasetId, string version, CancellationToken cancellationToken)
        {
            var newest = await base.ResolveAsync(datasetId, "", cancellationToken);
            return version.Length == 0 || newest?.Hash == version ? newest : null;
        }
    }

    public sealed class FindsVersionsByTheirBeginning(IDatasetStore inner) : WrappedDatasets(inner)
    {
        public override async Task<DatasetVersion?> ResolveAsync(string datasetId, string version, CancellationToken cancellationToken) =>
            await base.ResolveAsync(datasetId, version, cancellationToken)
            ?? (await base.ResolveAsync(datasetId, "", cancellationToken) is { } newest && newest.Hash.StartsWith(version, StringComparison.Ordinal) ? newest : null);
    }

    public sealed class BelievesAnyVersion(IDatasetStore inner) : WrappedDatasets(inner)
    {
        public override async Task<DatasetVersion?> ResolveAsync(string datasetId, string version, CancellationToken cancellationToken) =>
            version.Length == 64 ? new DatasetVersion(datasetId, version) : await base.ResolveAsync(datasetId, version, cancellationToken);
    }

    public sealed class MendsIds(IDatasetStore inner) : WrappedDatasets(inner)
    {
        public override Task<DatasetVersion> AddAsync(string datasetId, IReadOnlyList<DatasetFile> files, CancellationToken cancellationToken) =>
            base.AddAsync(datasetId.Replace(' ', '-'), files, cancellationToken);
    }

    public sealed class MendsFileNames(IDatasetStore inner) : WrappedDatasets(inner)
    {
        public override Task<DatasetVersion> AddAsync(string datasetId, IReadOnlyList<DatasetFile> files, CancellationToken cancellationToken) =>
            base.AddAsync(datasetId, [.. files.Select(f => f with { Name = f.Name.Replace('\\', '/').TrimStart('/') })], cancellationToken);
    }

    public sealed class TakesTheLastOfTwoThatDifferByCase(IDatasetStore inner) : WrappedDatasets(inner)
    {
        public override Task<DatasetVersion> AddAsync(string datasetId, IReadOnlyList<DatasetFile> files, CancellationToken cancellationToken) =>
            base.AddAsync(datasetId, [.. files.Reverse().DistinctBy(f => f.Name.ToUpperInvariant())], cancellationToken);
    }

    public sealed class TakesTheLastOfTwo(IDatasetStore inner) : WrappedDatasets(inner)
    {
        public override Task<DatasetVersion> AddAsync(string datasetId, IReadOnlyList<DatasetFile> files, CancellationToken cancellationToken) =>
            base.AddAsync(datasetId, [.. files.Reverse().DistinctBy(f => f.Name)], cancellationToken);
    }

    public sealed class TakesABrokenSourceForItsEnd(IDatasetStore inner) : WrappedDatasets(inner)
    {
        public override Task<DatasetVersion> AddAsync(string datasetId, IReadOnlyList<DatasetFile> files, CancellationToken cancellationToken) =>
            base.AddAsync(datasetId, [.. files.Select(f => new DatasetFile(f.Name, async token =>
            {
                await using var source = await f.Open(token);
                var all = new MemoryStream();
                try
                {
                    await source.CopyToAsync(all, token);
                }
                catch (IOException)
                {
                    // What has come must do.
                }

                all.Position = 0;
                return all;
            }))], cancellationToken);
    }

    public sealed class ReadsEachSourceTwice(IDatasetStore inner) : WrappedDatasets(inner)
    {
        public override async Task<DatasetVersion> AddAsync(string datasetId, IReadOnlyList<DatasetFile> files, CancellationToken cancellationToken)
        {
            await base.AddAsync(datasetId, files, cancellationToken);
            return await base.AddAsync(datasetId, files, cancellationToken);
        }
    }

    public sealed class ShowsAVersionFileByFile(IDatasetStore inner) : WrappedDatasets(inner)
    {
        public override async Task<DatasetVersion> AddAsync(string datasetId, IReadOnlyList<DatasetFile> files, CancellationToken cancellationToken)
        {
            if (files.Count > 1)
            {
                await base.AddAsync(datasetId, [files[0]], cancellationToken);
            }

            return await base.AddAsync(datasetId, files, cancellationToken);
        }
    }

    public sealed class VerifiesOnce(IDatasetStore inner) : WrappedDatasets(inner)
    {
        private readonly ConcurrentDictionary<DatasetVersion, Uri> _opened = new();

        public override async Task<Uri> OpenAsync(DatasetVersion version, CancellationToken cancellationToken) =>
            _opened.TryGetValue(version, out var place) ? place : _opened[version] = await base.OpenAsync(version, cancellationToken);
    }

    public sealed class CannotBeAskedAtOnce(IDatasetStore inner) : WrappedDatasets(inner)
    {
        private readonly TaskCompletionSource _met = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _at;

        public override async Task<DatasetVersion> AddAsync(string datasetId, IReadOnlyList<DatasetFile> files, CancellationToken cancellationToken)
        {
            if (Interlocked.Increment(ref _at) > 1)
            {
                _met.TrySetResult();
                throw new IOException("Somebody else is adding.");
            }

            // Slow enough to be met by the next one, however the machine is loaded.
            await _met.Task.WaitAsync(cancellationToken);
            return await base.AddAsync(datasetId, files, cancellationToken);
        }
    }
}
