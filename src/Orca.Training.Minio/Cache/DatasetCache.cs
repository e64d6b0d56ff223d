using System.Collections.Concurrent;
using Orca.Training.Datasets;
using Orca.Training.Datasets.Folders;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;
using Orca.Training.Text;
using static System.FormattableString;

namespace Orca.Training.Minio.Cache;

/// <summary>
/// Keeps versions of datasets as folders of this host, so that containers see them as such. A version is fetched once, however many jobs want it
/// at the same time, in this process or in another that has the same folder; it is held against its hash, and is there as a whole or not at all.
/// Thread-safe.
/// </summary>
/// <remarks>
/// The folder is bounded: what was used least recently goes first. What a job that is launching or running uses stays, and so does what is being
/// opened. Which those are, the job store says, since an attempt is on record before its data are opened: all hosts that share the folder have to
/// share the job store too.
/// </remarks>
internal sealed class DatasetCache(string folder, long limit, IJobStore jobs, TimeProvider time, bool othersCanRead = false)
{
    private const int JobsAtOnce = 500;

    private readonly FolderDatasetStore _kept = new(folder) { KeepsCopies = true, OthersCanRead = othersCanRead };
    private readonly CacheUses _uses = new(folder);

    // One for each version that was opened, so as many as there are datasets.
    private readonly ConcurrentDictionary<DatasetVersion, SemaphoreSlim> _gates = new();

    /// <summary>Where a version lies; it is fetched if it is not there, or not whole.</summary>
    /// <param name="version">The version.</param>
    /// <param name="manifest">Asked for what it consists of, when it has to be fetched.</param>
    /// <param name="open">Asked for the content of its files then.</param>
    /// <param name="cancellationToken">Gives up; nothing is kept then.</param>
    /// <exception cref="DatasetException">It is not what its hash says, or larger than the cache may ever be.</exception>
    /// <exception cref="IOException">The disk does not take it, or there is no room beside what is in use.</exception>
    public async Task<Uri> OpenAsync(
        DatasetVersion version,
        Func<CancellationToken, Task<DatasetManifest>> manifest,
        Func<SnapshotFile, CancellationToken, Task<Stream>> open,
        CancellationToken cancellationToken)
    {
        var gate = _gates.GetOrAdd(version, static _ => new SemaphoreSlim(1, 1));
        await gate.WaitAsync(cancellationToken);
        try
        {
            return await TryOpenAsync(version, cancellationToken) ?? await FillAsync(version, await manifest(cancellationToken), open, cancellationToken);
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Lets go of a version that is gone at its source; where it is in use, it goes with the next that need room.</summary>
    public void Forget(DatasetVersion version) => _uses.MakeOldest(version);

    private async Task<Uri?> TryOpenAsync(DatasetVersion version, CancellationToken cancellationToken)
    {
        if (await _kept.ResolveAsync(version.DatasetId, version.Hash, cancellationToken) is null)
        {
            return null;
        }

        try
        {
            var place = await _kept.OpenAsync(version, cancellationToken);
            _uses.Touch(version, time.GetUtcNow());
            return place;
        }
        catch (DatasetException)
        {
            // Somebody has changed or removed a part of it: it is fetched again, which mends it.
            return null;
        }
    }

    private async Task<Uri> FillAsync(
        DatasetVersion version, DatasetManifest manifest, Func<SnapshotFile, CancellationToken, Task<Stream>> open, CancellationToken cancellationToken)
    {
        var size = manifest.Files.Sum(f => f.Size);
        if (size > limit)
        {
            throw new DatasetException(Invariant($"Version {version.Hash} of dataset '{version.DatasetId}' has {size} bytes, and the host's cache may hold {limit}: raise OrcaTraining:Minio:CacheMiB."));
        }

        using var filling = await FileLock.EnterAsync(LockOf($"{version.DatasetId}-{version.Hash}"), time, cancellationToken);

        // Another process may have fetched it meanwhile.
        if (await TryOpenAsync(version, cancellationToken) is { } place)
        {
            return place;
        }

        // From here on its room counts as taken, though it is not filled yet.
        using (await FileLock.EnterAsync(LockOf("room"), time, cancellationToken))
        {
            await MakeRoomAsync(version, size, cancellationToken);
            _uses.Add(version, size, time.GetUtcNow());
        }

        try
        {
            await FetchAsync(version, manifest, open, cancellationToken);
        }
        catch
        {
            await GiveBackAsync(version);
            throw;
        }

        return await _kept.OpenAsync(version, cancellationToken);
    }

    private async Task FetchAsync(
        DatasetVersion version, DatasetManifest manifest, Func<SnapshotFile, CancellationToken, Task<Stream>> open, CancellationToken cancellationToken)
    {
        try
        {
            var added = await _kept.AddAsync(
                version.DatasetId, [.. manifest.Files.Select(f => new DatasetFile(f.Name, async token => await open(f, token)))], cancellationToken);
            if (added == version)
            {
                return;
            }

            // It is whole, but nobody has asked for it; unless it happens to be another version that is kept.
            if (_uses.Read().All(u => u.Version != added))
            {
                await _kept.DeleteAsync(added, cancellationToken);
            }

            throw new DatasetException($"Version {version.Hash} of dataset '{version.DatasetId}' is damaged: what was fetched has the hash {added.Hash}. Add its files again.");
        }
        catch (IOException e) when (e is not S3Exception)
        {
            throw new IOException($"Version {version.Hash} of dataset '{version.DatasetId}' cannot be kept in the host's cache: {HostPaths.Without(e.Message)}", e);
        }
    }

    /// <summary>A fetch that failed takes no room, except that of what was there before it, to be mended.</summary>
    private async Task GiveBackAsync(DatasetVersion version)
    {
        if (await _kept.ResolveAsync(version.DatasetId, version.Hash, CancellationToken.None) is null)
        {
            _uses.Remove(version);
        }
    }

    // No dataset's id begins with this character.
    private string LockOf(string name) => Path.Combine(folder, "~locks", name);

    private async Task MakeRoomAsync(DatasetVersion wanted, long size, CancellationToken cancellationToken)
    {
        var kept = _uses.Read();
        var total = kept.Where(k => k.Version != wanted).Sum(k => k.Size) + size;
        if (total <= limit)
        {
            return;
        }

        var inUse = await ReadInUseAsync(cancellationToken);
        foreach (var old in kept.OrderBy(k => k.UsedAt).Where(k => k.Version != wanted && !inUse.Contains(k.Version)))
        {
            if (await TryRemoveAsync(old, cancellationToken))
            {
                total -= old.Size;
            }

            if (total <= limit)
            {
                return;
            }
        }

        throw new IOException(Invariant($"Version {wanted.Hash} of dataset '{wanted.DatasetId}' needs {size} bytes of the host's cache, which may hold {limit}, and {total - size} of them are in use: it is retried. If this happens often, raise OrcaTraining:Minio:CacheMiB."));
    }

    /// <summary>What the jobs use that are launching or running: as many as the machines hold, however many wait.</summary>
    private async Task<HashSet<DatasetVersion>> ReadInUseAsync(CancellationToken cancellationToken)
    {
        var inUse = new HashSet<DatasetVersion>();
        var query = new JobQuery { States = [JobState.Launching, JobState.Running], OldestFirst = true, Limit = JobsAtOnce };
        while (true)
        {
            var page = await jobs.ReadPageAsync(query, cancellationToken);
            inUse.UnionWith(page.Select(r => new DatasetVersion(r.Job.Request.DatasetId, r.Job.Request.DatasetVersion)));
            if (page.Count < JobsAtOnce)
            {
                return inUse;
            }

            query = query with { After = page[^1].Job.Id };
        }
    }

    /// <summary>Removes a version, unless somebody opens it at this moment, or has since it was looked at: then a job uses it that the look has missed.</summary>
    private async Task<bool> TryRemoveAsync(CacheUse old, CancellationToken cancellationToken)
    {
        var gate = _gates.GetOrAdd(old.Version, static _ => new SemaphoreSlim(1, 1));
        if (!await gate.WaitAsync(TimeSpan.Zero, cancellationToken))
        {
            return false;
        }

        try
        {
            if (_uses.TimeOf(old.Version) != old.UsedAt)
            {
                return false;
            }

            await _kept.DeleteAsync(old.Version, cancellationToken);
            _uses.Remove(old.Version);
            return true;
        }
        finally
        {
            gate.Release();
        }
    }
}
