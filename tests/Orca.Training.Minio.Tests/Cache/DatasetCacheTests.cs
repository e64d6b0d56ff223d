using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using Orca.Training.Datasets;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;
using Orca.Training.Jobs.Storage.Memory;
using Orca.Training.Minio.Cache;

namespace Orca.Training.Minio.Tests.Cache;

/// <summary>Versions of datasets as folders of the host. Where they come from is of no matter here.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class DatasetCacheTests : IDisposable
{
    private const int FileSize = 10_000;

    private readonly string _folder = Directory.CreateTempSubdirectory("orca-cache-").FullName;
    private readonly MemoryJobStore _jobs = new(new MemoryJobStoreOptions(), TimeProvider.System);
    private readonly SteppedTime _time = new();
    private readonly Origin _origin = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        foreach (var folder in Directory.EnumerateDirectories(_folder, "*", SearchOption.AllDirectories))
        {
            File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_version_is_fetched_once_however_many_want_it_at_once()
    {
        // Two caches of the same folder are what two processes have.
        DatasetCache[] caches = [New(), New()];
        var version = _origin.Add("a", "b");

        var places = await Task.WhenAll(Enumerable.Range(0, 32).Select(i => Task.Run(() => OpenAsync(caches[i % 2], version))));

        Assert.Equal(["a", "b"], _origin.Fetched.Order());
        Assert.Single(places.Distinct());
        Assert.Equal(_origin.ContentOf(version, "b"), await File.ReadAllBytesAsync(Path.Combine(places[0].LocalPath, "b"), Cancel));
    }

    [Fact]
    public async Task The_second_job_asks_the_origin_nothing_also_after_a_restart()
    {
        var version = _origin.Add("a");
        var cache = New();
        await OpenAsync(cache, version);

        await OpenAsync(cache, version);
        await OpenAsync(New(), version);

        Assert.Equal((1, 1), (_origin.Asked, _origin.Fetched.Count));
    }

    [Fact]
    public async Task What_is_kept_can_only_be_read()
    {
        var place = await OpenAsync(New(), _origin.Add("a"));

        const UnixFileMode write = UnixFileMode.UserWrite | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
        Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(Path.Combine(place.LocalPath, "a")) & write);
        Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(place.LocalPath) & write);
    }

    [Fact]
    public async Task What_is_not_what_its_hash_says_is_an_error_and_not_kept()
    {
        var version = _origin.Add("a", "b");
        _origin.Damage(version, "b");

        var error = await Assert.ThrowsAsync<DatasetException>(() => OpenAsync(New(), version));

        Assert.StartsWith($"Version {version.Hash} of dataset '{version.DatasetId}' is damaged: ", error.Message, StringComparison.Ordinal);
        Assert.Empty(Kept());
    }

    [Fact]
    public async Task A_fetch_that_breaks_leaves_nothing_and_takes_no_room_from_others()
    {
        var cache = New(files: 2);
        var old = _origin.Add("old");
        await OpenAsync(cache, old);
        var broken = _origin.Add("broken");
        _origin.IsGone = true;
        await Assert.ThrowsAsync<IOException>(() => OpenAsync(cache, broken));
        _origin.IsGone = false;
        _time.Step();

        await OpenAsync(cache, _origin.Add("new"));

        Assert.Equal(["new", "old"], Kept());
    }

    [Fact]
    public async Task A_version_that_was_damaged_on_the_disk_is_fetched_again()
    {
        var version = _origin.Add("a");
        var path = Path.Combine((await OpenAsync(New(), version)).LocalPath, "a");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await File.WriteAllBytesAsync(path, new byte[FileSize], Cancel);

        await OpenAsync(New(), version);

        Assert.Equal(_origin.ContentOf(version, "a"), await File.ReadAllBytesAsync(path, Cancel));
    }

    [Fact]
    public async Task What_was_used_least_recently_goes_first()
    {
        var cache = New(files: 2);
        var (a, b) = (_origin.Add("a"), _origin.Add("b"));
        foreach (var version in new[] { a, b, a })
        {
            await OpenAsync(cache, version);
            _time.Step();
        }

        await OpenAsync(cache, _origin.Add("c"));

        Assert.Equal(["a", "c"], Kept());
    }

    [Theory]
    [InlineData(JobState.Launching)]
    [InlineData(JobState.Running)]
    public async Task What_a_job_uses_stays_and_goes_when_the_job_has_ended(JobState state)
    {
        var cache = New(files: 1);
        var used = _origin.Add("used");
        var job = await BeginAsync(used, state);
        await OpenAsync(cache, used);
        _time.Step();
        var next = _origin.Add("next");

        var error = await Assert.ThrowsAsync<IOException>(() => OpenAsync(cache, next));
        Assert.StartsWith($"Version {next.Hash} of dataset '{next.DatasetId}' needs {FileSize} bytes of the host's cache, which may hold {FileSize + 1}, and {FileSize} of them are in use", error.Message, StringComparison.Ordinal);
        Assert.Equal(["used"], Kept());

        await ApplyAsync(new JobCommand.FinishAttempt(job, 1, JobState.Failed, new Outcome(OutcomeCode.LaunchFailed, "No."), null, _time.GetUtcNow()));
        await OpenAsync(cache, next);
        Assert.Equal(["next"], Kept());
    }

    [Fact]
    public async Task Making_room_reads_the_jobs_that_use_data_and_none_that_waits()
    {
        var jobs = DispatchProxy.Create<IJobStore, CountedReadings>();
        var counted = (CountedReadings)jobs;
        counted.Inner = _jobs;
        var cache = new DatasetCache(_folder, (2 * FileSize) + 1, jobs, _time);
        var used = _origin.Add("used");
        await BeginAsync(used, JobState.Running);
        foreach (var version in new[] { used, _origin.Add("old") })
        {
            await OpenAsync(cache, version);
            _time.Step();
        }

        var waiting = new JobCommand.Submit(new TrainingRequest { Algorithm = "intent", DatasetId = used.DatasetId, DatasetVersion = used.Hash }, null, _time.GetUtcNow());
        await _jobs.ApplyAsync([.. Enumerable.Repeat(waiting, 2000)], null, Cancel);
        counted.Read = 0;
        await OpenAsync(cache, _origin.Add("next"));

        Assert.Equal(1, counted.Read);
        Assert.Equal(["next", "used"], Kept());
    }

    [Fact]
    public async Task What_is_being_opened_stays()
    {
        var cache = New(files: 1);
        var slow = _origin.Add("slow");
        var (asked, answer) = (new TaskCompletionSource(), new TaskCompletionSource());
        var opening = cache.OpenAsync(
            slow,
            _ => Task.FromResult(_origin.ManifestOf(slow)),
            async (file, _) =>
            {
                asked.SetResult();
                await answer.Task;
                return new MemoryStream(_origin.ContentOf(slow, file.Name));
            },
            Cancel);
        await asked.Task;

        await Assert.ThrowsAsync<IOException>(() => OpenAsync(cache, _origin.Add("next")));
        answer.SetResult();

        Assert.True(File.Exists(Path.Combine((await opening).LocalPath, "slow")));
    }

    [Fact]
    public async Task A_version_that_is_larger_than_the_cache_may_be_is_an_error_that_names_the_setting()
    {
        var version = _origin.Add("a", "b");

        var error = await Assert.ThrowsAsync<DatasetException>(() => OpenAsync(New(files: 1), version));

        Assert.Equal($"Version {version.Hash} of dataset '{version.DatasetId}' has {2 * FileSize} bytes, and the host's cache may hold {FileSize + 1}: raise OrcaTraining:Minio:CacheMiB.", error.Message);
        Assert.Empty(_origin.Fetched);
    }

    [Fact]
    public async Task On_a_full_disk_nothing_half_is_kept_and_the_error_names_the_version()
    {
        var disk = Directory.CreateDirectory(Path.Combine(_folder, "disk")).FullName;
        await Repository.RunScriptAsync("small-disk.sh", ["up", disk, "128"], engine: null, Cancel);
        try
        {
            var cache = new DatasetCache(disk, 1 << 30, _jobs, _time);
            var large = _origin.Add([.. Enumerable.Range(0, 40).Select(i => $"f{i}")]);

            var error = await Assert.ThrowsAsync<IOException>(() => OpenAsync(cache, large));

            Assert.StartsWith($"Version {large.Hash} of dataset '{large.DatasetId}' cannot be kept in the host's cache: ", error.Message, StringComparison.Ordinal);
            Assert.Contains("No space left", error.Message, StringComparison.OrdinalIgnoreCase);
            Assert.Empty(Directory.EnumerateFiles(disk, "f*", SearchOption.AllDirectories));
            await OpenAsync(cache, _origin.Add("small"));
        }
        finally
        {
            await Repository.RunScriptAsync("small-disk.sh", ["down", disk], engine: null, CancellationToken.None);
        }
    }

    private DatasetCache New(int files = 100) => new(_folder, (files * FileSize) + 1, _jobs, _time);

    private Task<Uri> OpenAsync(DatasetCache cache, DatasetVersion version) =>
        cache.OpenAsync(version, _ => Task.FromResult(_origin.ManifestOf(version)), _origin.OpenAsync, Cancel);

    /// <summary>The names of the files that lie in the cache, whichever version they belong to, half or whole.</summary>
    private IEnumerable<string> Kept() => Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories)
        .Where(f => Path.GetFileName(Path.GetDirectoryName(f)) is "files")
        .Select(f => Path.GetFileName(f)!)
        .Order();

    private async Task<JobId> BeginAsync(DatasetVersion version, JobState state)
    {
        var request = new TrainingRequest { Algorithm = "intent", DatasetId = version.DatasetId, DatasetVersion = version.Hash };
        var submitted = await _jobs.ApplyAsync([new JobCommand.Submit(request, null, _time.GetUtcNow())], null, Cancel);
        var job = submitted[0].Job!.Id;
        await ApplyAsync(new JobCommand.BeginAttempt(job, 1, "local", _time.GetUtcNow()));
        if (state is JobState.Running)
        {
            await ApplyAsync(new JobCommand.BeginRunning(job, 1, ["c1"], _time.GetUtcNow()));
        }

        return job;
    }

    private async Task ApplyAsync(JobCommand command)
    {
        var fence = (await _jobs.AcquireLeaseAsync("test", TimeSpan.FromMinutes(5), Cancel))!.Value;
        Assert.True((await _jobs.ApplyAsync([command], fence, Cancel))[0].Applied);
    }

    /// <summary>Counts the jobs that are read.</summary>
    public class CountedReadings : DispatchProxy
    {
        internal IJobStore Inner { get; set; } = null!;

        internal int Read { get; set; }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            var answer = targetMethod!.Invoke(Inner, args);
            Read += answer switch
            {
                ValueTask<OpenJobs> { IsCompleted: true } all => all.Result.Jobs.Count,
                ValueTask<IReadOnlyList<JobReading>> { IsCompleted: true } page => page.Result.Count,
                _ => throw new InvalidOperationException($"The cache asks the job store for {targetMethod.Name}, which this test does not count."),
            };
            return answer;
        }
    }

    /// <summary>A clock that goes on when it is told to.</summary>
    private sealed class SteppedTime : TimeProvider
    {
        private DateTimeOffset _now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => _now;

        public void Step() => _now += TimeSpan.FromMinutes(1);
    }

    /// <summary>What the cache fetches from.</summary>
    private sealed class Origin
    {
        private readonly ConcurrentDictionary<DatasetVersion, Dictionary<string, byte[]>> _versions = new();
        private readonly ConcurrentDictionary<DatasetVersion, DatasetManifest> _manifests = new();

        public ConcurrentQueue<string> Fetched { get; } = new();

        /// <summary>How often somebody wanted to know what a version consists of.</summary>
        public int Asked { get; private set; }

        public bool IsGone { get; set; }

        /// <summary>A version of a dataset of its own, with files of the same size.</summary>
        public DatasetVersion Add(params string[] names)
        {
            var files = names.ToDictionary(n => n, _ => RandomNumberGenerator.GetBytes(FileSize));
            var manifest = new DatasetManifest(files.Select(f => new SnapshotFile(f.Key, FileSize, Convert.ToHexStringLower(SHA256.HashData(f.Value)))));
            var version = new DatasetVersion($"of-{names[0]}", manifest.Hash);
            _versions[version] = files;
            _manifests[version] = manifest;
            return version;
        }

        public DatasetManifest ManifestOf(DatasetVersion version)
        {
            Asked++;
            return _manifests[version];
        }

        public byte[] ContentOf(DatasetVersion version, string name) => _versions[version][name];

        public void Damage(DatasetVersion version, string name) => _versions[version][name] = RandomNumberGenerator.GetBytes(FileSize);

        public Task<Stream> OpenAsync(SnapshotFile file, CancellationToken cancellationToken)
        {
            Fetched.Enqueue(file.Name);
            return IsGone
                ? throw new IOException("The origin is gone.")
                : Task.FromResult<Stream>(new MemoryStream(_versions.Values.First(v => v.ContainsKey(file.Name))[file.Name]));
        }
    }
}
