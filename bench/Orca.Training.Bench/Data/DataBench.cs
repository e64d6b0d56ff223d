using System.Globalization;
using System.Security.Cryptography;
using Orca.Training.Bench.Harness;
using Orca.Training.Bench.Kill;
using Orca.Training.Datasets;
using Orca.Training.Files;
using Orca.Training.Jobs.Storage.Memory;
using Orca.Training.Minio.Cache;
using Orca.Training.Minio.Datasets;
using Orca.Training.Minio.Objects;

namespace Orca.Training.Bench.Data;

/// <summary>
/// Datasets on a real S3 server: how fast a large one and one of many small files go there and come back, hashed on the way, beside the bare client in
/// turns; and what a job waits for a dataset that this host has in its cache.
/// </summary>
internal static class DataBench
{
    private const int Rounds = 5;
    private const int SmallFiles = 10_000;
    private const int SmallSize = 1_000;
    private const int Starts = 200;

    // ORCA_DATA_MB: how large the large file is.
    private static readonly int LargeMb = int.Parse(Environment.GetEnvironmentVariable("ORCA_DATA_MB") ?? "1024", CultureInfo.InvariantCulture);

    public static async Task RunAsync(Report report, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("orca-data-").FullName;
        try
        {
            using var process = new S3Process();
            using var bare = new BareClient(process.Options);
            await bare.MakeBucketAsync(cancellationToken);
            using var server = new S3Server(process.Options, TimeProvider.System);
            var store = new MinioDatasetStore(server, cache: null);
            var path = Path.Combine(folder, "large.bin");
            await WriteLargeAsync(path, cancellationToken);
            var large = await MeasureLargeAsync(report, bare, store, path, cancellationToken);
            var small = await MeasureSmallAsync(report, bare, store, cancellationToken);
            await MeasureStartsAsync(report, server, Path.Combine(folder, "cache"), large, small, cancellationToken);
        }
        finally
        {
            ReadOnlyFolders.Delete(folder);
        }
    }

    private static async Task<DatasetVersion> MeasureLargeAsync(Report report, BareClient bare, MinioDatasetStore store, string path, CancellationToken cancellationToken)
    {
        DatasetFile[] files = [new("large.bin", _ => ValueTask.FromResult<Stream>(HashedCopy.OpenToRead(path)))];

        // Once for nothing: the first upload pays for connections, compilation and the server's own beginning.
        await bare.UploadAsync(path, cancellationToken);
        var version = await store.AddAsync("large", files, cancellationToken);
        var (up, down, bareUp, bareDown, peak) = (new List<double>(), new List<double>(), new List<double>(), new List<double>(), 0.0);
        for (var round = 0; round < Rounds; round++)
        {
            // Whoever is second finds the server busy with what the first has left it: they take turns in that too.
            foreach (var isBare in round % 2 == 0 ? [true, false] : new[] { false, true })
            {
                if (isBare)
                {
                    bareUp.Add(await RateAsync(() => bare.UploadAsync(path, cancellationToken)));
                    bareDown.Add(await RateAsync(() => bare.DownloadAsync(cancellationToken)));
                    continue;
                }

                PeakMemory.Reset();
                up.Add(await RateAsync(() => store.AddAsync("large", files, cancellationToken)));
                down.Add(await RateAsync(() => ReadAsync(store, version, cancellationToken)));
                peak = Math.Max(peak, PeakMemory.ReadMb());
            }
        }

        var (upRatios, downRatios) = (up.Zip(bareUp, (ours, theirs) => ours / theirs).ToList(), down.Zip(bareDown, (ours, theirs) => ours / theirs).ToList());
        Report.Say($"A file of {LargeMb} MB, medians of {Rounds} rounds; the ratio is the median of the rounds' ratios.");
        Report.Table(
            ["", "SDK, hashed MB/s", "bare client MB/s", "ratio", "least", "most"],
            [Row("upload", up, bareUp, upRatios), Row("download", down, bareDown, downRatios)]);
        report.Add("upload_ratio", Statistics.Median(upRatios));
        report.Add("download_ratio", Statistics.Median(downRatios));
        report.Add("upload_mb_per_s", Statistics.Median(up));
        report.Add("download_mb_per_s", Statistics.Median(down));
        report.Add("peak_mb", peak);
        return version;
    }

    private static async Task<DatasetVersion> MeasureSmallAsync(Report report, BareClient bare, MinioDatasetStore store, CancellationToken cancellationToken)
    {
        var contents = Enumerable.Range(0, SmallFiles).Select(_ => RandomNumberGenerator.GetBytes(SmallSize)).ToList();
        var bareTime = (await Cost.OfAsync(() => bare.UploadSmallAsync(contents, cancellationToken))).Elapsed;
        DatasetVersion? version = null;
        var time = (await Cost.OfAsync(async () => version = await store.AddAsync(
            "small",
            [.. contents.Select((content, i) => new DatasetFile($"{i:0000}.bin", _ => ValueTask.FromResult<Stream>(new MemoryStream(content))))],
            cancellationToken))).Elapsed;
        Report.Say($"{SmallFiles:N0} files of {SmallSize:N0} bytes, eight at a time: {SmallFiles / time.TotalSeconds:N0} a second, the bare client {SmallFiles / bareTime.TotalSeconds:N0}.");
        report.Add("small_files_per_s", SmallFiles / time.TotalSeconds);
        report.Add("small_ratio", bareTime / time);
        return version!;
    }

    private static async Task MeasureStartsAsync(
        Report report, S3Server server, string folder, DatasetVersion large, DatasetVersion small, CancellationToken cancellationToken)
    {
        var store = new MinioDatasetStore(server, new DatasetCache(folder, 100L << 30, new MemoryJobStore(new MemoryJobStoreOptions(), TimeProvider.System), TimeProvider.System));
        var first = (await Cost.OfAsync(() => store.OpenAsync(large, cancellationToken))).Elapsed;
        await store.OpenAsync(small, cancellationToken);

        // From here on a byte that is fetched is an error.
        S3Process.Kill();
        var (ofLarge, ofSmall) = (new List<double>(), new List<double>());
        for (var i = 0; i < Starts; i++)
        {
            ofLarge.Add(await MillisecondsAsync(() => store.OpenAsync(large, cancellationToken)));
            ofSmall.Add(await MillisecondsAsync(() => store.OpenAsync(small, cancellationToken)));
        }

        Report.Say(
            $"The start of the first job on the large dataset fetches it in {first.TotalSeconds:N1} s. What later ones wait for it, with the server gone, is {Statistics.Median(ofLarge):N2} ms (p99 {Statistics.Quantile(ofLarge, 0.99):N2}); for the {SmallFiles:N0} files {Statistics.Median(ofSmall):N1} ms.");
        report.Add("cached_start_added_ms", Statistics.Median(ofLarge));
        report.Add("cached_start_added_p99_ms", Statistics.Quantile(ofLarge, 0.99));
        report.Add("cached_start_small_files_ms", Statistics.Median(ofSmall));
    }

    private static async Task ReadAsync(MinioDatasetStore store, DatasetVersion version, CancellationToken cancellationToken)
    {
        var expected = (await store.ListFilesAsync(version, cancellationToken))[0];
        await using var stream = await store.OpenFileAsync(version, expected.Name, cancellationToken);
        if ((await HashedCopy.HashAsync(stream, cancellationToken)).Sha256 != expected.Sha256)
        {
            throw new InvalidOperationException("What came back is not what went there.");
        }
    }

    private static async Task<double> RateAsync(Func<Task> work) => LargeMb / (await Cost.OfAsync(work)).Elapsed.TotalSeconds;

    private static async Task<double> MillisecondsAsync(Func<Task> work)
    {
        var began = TimeProvider.System.GetTimestamp();
        await work();
        return TimeProvider.System.GetElapsedTime(began).TotalMilliseconds;
    }

    private static async Task WriteLargeAsync(string path, CancellationToken cancellationToken)
    {
        await using var file = File.Create(path);
        var piece = RandomNumberGenerator.GetBytes(1 << 20);
        for (var i = 0; i < LargeMb; i++)
        {
            BitConverter.TryWriteBytes(piece, i);
            await file.WriteAsync(piece, cancellationToken);
        }
    }

    private static string[] Row(string name, IEnumerable<double> ours, IEnumerable<double> theirs, IReadOnlyList<double> ratios) =>
        [name, Report.Number(Statistics.Median(ours)), Report.Number(Statistics.Median(theirs)), Report.Number(Statistics.Median(ratios)), Report.Number(ratios.Min()), Report.Number(ratios.Max())];
}
