using System.Formats.Tar;
using Orca.Training.Client;
using Orca.Training.Datasets;
using Orca.Training.EndToEnd.Tests.Readme;
using Orca.Training.Jobs;
using Orca.Training.Scheduling.Capacity;

namespace Orca.Training.EndToEnd.Tests.Exits;

/// <summary>Runs the rows of the exit matrix: those that meet the same together, on one host, and a few at a time.</summary>
public sealed class ExitMatrix : IAsyncLifetime
{
    private readonly Dictionary<Setting, Task<IReadOnlyDictionary<string, Task<TrainingStatus>>>> _groups = [];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await Repository.RunScriptAsync("test-image.sh", [], engine: null, Cancel);
        await Task.WhenAll(TagAsync("unmounted"), TagAsync("slow"), MakeOtherProcessorAsync());
        _groups[Setting.Quiet] = QuietAsync();
        _groups[Setting.Busy] = BusyAsync();
        _groups[Setting.SmallDisk] = SmallDiskAsync();
        _groups[Setting.HostKilled] = HostKilledAsync();
        _groups[Setting.EngineStopped] = EngineAsync(Setting.EngineStopped, keepsContainers: true, isKilled: false);
        _groups[Setting.EngineKilled] = EngineAsync(Setting.EngineKilled, keepsContainers: true, isKilled: true);
        _groups[Setting.EngineStoppedWithContainers] = EngineAsync(Setting.EngineStoppedWithContainers, keepsContainers: false, isKilled: false);
        _groups[Setting.EngineKilledWithContainers] = EngineAsync(Setting.EngineKilledWithContainers, keepsContainers: false, isKilled: true);
        await DoneAsync(_groups.Values);
    }

    /// <summary>How a row's training ended.</summary>
    internal async Task<TrainingStatus> EndOfAsync(Cause cause) => await (await _groups[cause.Setting])[cause.Name];

    public async ValueTask DisposeAsync() =>
        await Repository.RunAsync("docker", ["rmi", "orca-training/unmounted:1", "orca-training/slow:1", "orca-training/other-processor:1"], Repository.Folder, engine: null, CancellationToken.None);

    private static async Task<IReadOnlyDictionary<string, Task<TrainingStatus>>> QuietAsync()
    {
        var data = "";
        await using var engine = new EngineProxy(EngineFaultTests.Engine, line =>
        {
            if (IsPullOf(line, "unmounted"))
            {
                // Its dataset was looked at already, and goes before its container is made.
                Scene.DeleteDataset(data, "vanishing");
                return Pulled;
            }

            return IsPullOf(line, "slow") ? new Treatment.Hang() : new Treatment.Pass();
        });
        await using var service = await Service.StartAsync(
            AddAlgorithms,
            engine.Endpoint.ToString(),
            o => (o.PidsLimit, o.Gpus, o.MaxConcurrentStarts) = (64, 1, 2),
            build: b => b.UseCapacityPolicy(CapacityPolicies.Jobs(4)));
        data = service.DataFolder;
        await AddDatasetAsync(service.Datasets, "vanishing");
        return await FinishAsync((await SubmitAsync(Setting.Quiet, service.Client, data, engine: null)).ToDictionary(r => r.Cause.Name, r => ActAsync(r.Cause, r.Scene)));
    }

    private static async Task<IReadOnlyDictionary<string, Task<TrainingStatus>>> BusyAsync()
    {
        await using var service = await Service.StartAsync();
        await AddDatasetAsync(service.Datasets, "fleeting");
        var blocker = new Scene(service.Client, service.DataFolder, engine: null, await service.RunAsync(Scene.Waits));
        await blocker.BegunAsync();
        var rows = await SubmitAsync(Setting.Busy, service.Client, service.DataFolder, engine: null);
        await Task.WhenAll(rows.Select(r => r.Cause.Act(r.Scene)));
        await blocker.LetGoAsync();
        return await FinishAsync(rows.ToDictionary(r => r.Cause.Name, r => r.Scene.FinishAsync()));
    }

    private static async Task<IReadOnlyDictionary<string, Task<TrainingStatus>>> SmallDiskAsync()
    {
        var disk = Directory.CreateTempSubdirectory("orca-disk-");
        await Repository.RunScriptAsync("small-disk.sh", ["up", disk.FullName, "512"], engine: null, Cancel);
        try
        {
            await using var service = await Service.StartAsync(folder: disk.FullName);
            return await FinishAsync((await SubmitAsync(Setting.SmallDisk, service.Client, service.DataFolder, engine: null)).ToDictionary(r => r.Cause.Name, r => r.Scene.FinishAsync()));
        }
        finally
        {
            await Repository.RunScriptAsync("small-disk.sh", ["down", disk.FullName], engine: null, CancellationToken.None);
            disk.Delete();
        }
    }

    private static async Task<IReadOnlyDictionary<string, Task<TrainingStatus>>> EngineAsync(Setting setting, bool keepsContainers, bool isKilled)
    {
        await using var engine = await SecondEngine.StartNewAsync(keepsContainers, Cancel);
        await using var service = await Service.StartAsync(engine: engine.Host, build: b => b.UseCapacityPolicy(CapacityPolicies.Jobs(4)));
        var rows = await SubmitAsync(setting, service.Client, service.DataFolder, engine.Host);
        await Task.WhenAll(rows.Select(r => r.Cause.Before(r.Scene)));
        await (isKilled ? engine.KillAsync(Cancel) : engine.StopAsync(Cancel));
        await Task.WhenAll(rows.Select(r => r.Cause.Act(r.Scene)));
        await engine.StartAsync(Cancel);
        return await FinishAsync(rows.ToDictionary(r => r.Cause.Name, r => r.Scene.FinishAsync()));
    }

    private static async Task<IReadOnlyDictionary<string, Task<TrainingStatus>>> HostKilledAsync()
    {
        var program = await ReadmeProgram.BuildAsync(
            "KilledHost", "Microsoft.NET.Sdk.Web", DurableHost, "Orca.Training.AspNetCore", "Orca.Training.Docker", "Orca.Training.Sqlite");
        var folder = Directory.CreateTempSubdirectory("orca-killed-host-");
        try
        {
            return await HostKilledAsync(program, folder.FullName);
        }
        finally
        {
            Files.DeleteReadOnly(folder);
        }
    }

    private static async Task<IReadOnlyDictionary<string, Task<TrainingStatus>>> HostKilledAsync(ReadmeProgram program, string folder)
    {
        var isKilled = false;
        await using var engine = new EngineProxy(
            EngineFaultTests.Engine,
            line => IsPullOf(line, "slow") ? isKilled ? Pulled : new Treatment.Hang()
                : !isKilled && line.Contains("/stop", StringComparison.Ordinal) ? new Treatment.Hang()
                : new Treatment.Pass(),
            path: Path.Combine(folder, "engine.sock"));
        List<(Cause Cause, Scene Scene)> rows;
        await using (var first = await program.StartAsync(folder))
        {
            await using var client = GrpcTrainingClient.Connect(first.Address);
            rows = await SubmitAsync(Setting.HostKilled, client, Path.Combine(folder, "orca-data"), engine: null);
            await Task.WhenAll(rows.Select(r => r.Cause.Before(r.Scene)));
            await first.KillAsync();
        }

        isKilled = true;
        await Task.WhenAll(rows.Select(r => r.Cause.Act(r.Scene)));
        await using var second = await program.StartAsync(folder);
        await using var next = GrpcTrainingClient.Connect(second.Address);
        rows = [.. rows.Select(r => (r.Cause, r.Scene.On(next)))];
        await rows.Single(r => r.Cause.GoesOn).Scene.LetGoAsync();
        return await FinishAsync(rows.ToDictionary(r => r.Cause.Name, r => r.Scene.FinishAsync()));
    }

    private const string DurableHost = """
        using Orca.Training;
        using Orca.Training.Datasets;
        using Orca.Training.Scheduling.Capacity;

        var builder = WebApplication.CreateBuilder(args);
        builder.Services.AddOrcaTraining(o =>
        {
            o.StopGrace = TimeSpan.FromSeconds(2);
            o.AddAlgorithm("slow-image", "orca-training/slow:1", a => a.Pull = ImagePullPolicy.Always);
            o.AddAlgorithm("shell", "orca-training/test:latest", a =>
            {
                a.MemoryMiB = 64;
                foreach (var word in (string[])["/bin/sh", "-c", "eval \"$SCRIPT\""])
                {
                    a.Command.Add(word);
                }
            });
        })
            .UseDocker(o => o.Endpoint = new Uri("unix://" + Path.GetFullPath("engine.sock")))
            .UseSqlite("Data Source=orca.db")
            .UseCapacityPolicy(CapacityPolicies.Jobs(16));
        var app = builder.Build();
        app.MapOrcaTraining().AllowThisMachineOnly();
        await app.Services.GetRequiredService<IDatasetStore>().AddAsync(
            "numbers", [new DatasetFile("numbers.txt", _ => ValueTask.FromResult<Stream>(new MemoryStream("1 2 3"u8.ToArray())))], default);
        app.Run();
        """;

    private static readonly Treatment Pulled = new Treatment.Answer(200, "pulled");

    private static bool IsPullOf(string line, string image) => line.Contains($"/images/create?fromImage=orca-training%2F{image}", StringComparison.Ordinal);

    private static async Task<List<(Cause Cause, Scene Scene)>> SubmitAsync(Setting setting, ITrainingClient client, string dataFolder, string? engine)
    {
        var jobs = new Dictionary<string, JobId>(StringComparer.Ordinal);
        var rows = new List<(Cause, Scene)>();
        foreach (var cause in Causes.All.Where(c => c.Setting == setting))
        {
            var request = cause.After is null ? cause.Training : cause.Training with { DependsOn = [jobs[cause.After]] };
            jobs[cause.Name] = await client.TrainAsync(request, Cancel);
            rows.Add((cause, new Scene(client, dataFolder, engine, jobs[cause.Name])));
        }

        return rows;
    }

    private static async Task<TrainingStatus> ActAsync(Cause cause, Scene scene)
    {
        await cause.Act(scene);
        return await scene.FinishAsync();
    }

    /// <summary>Waits for all, so that the host can go; whatever became of one is its row's alone.</summary>
    private static async Task<IReadOnlyDictionary<string, Task<TrainingStatus>>> FinishAsync(Dictionary<string, Task<TrainingStatus>> rows)
    {
        await DoneAsync(rows.Values);
        return rows;
    }

    private static Task DoneAsync(IEnumerable<Task> tasks) =>
        Task.WhenAll(tasks).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

    private static Task AddDatasetAsync(IDatasetStore datasets, string name) =>
        datasets.AddAsync(name, [new DatasetFile("x", _ => ValueTask.FromResult<Stream>(new MemoryStream("x"u8.ToArray())))], Cancel);

    private static void AddAlgorithms(OrcaTrainingOptions options)
    {
        options.AddAlgorithm("missing-image", "orca-training/no-such-image:1", a => a.Pull = ImagePullPolicy.Never);
        options.AddAlgorithm("unreachable-registry", "127.0.0.1:1/nowhere:1");
        options.AddAlgorithm("bad-name", "Not An Image");
        options.AddAlgorithm("missing-command", Service.TestImage, a => a.Command.Add("no-such-program"));
        options.AddAlgorithm("no-program", Service.TestImage, a => a.Command.Add("/etc/passwd"));
        options.AddAlgorithm("other-processor", "orca-training/other-processor:1", a => a.Command.Add("/train"));
        options.AddAlgorithm("unmounted", "orca-training/unmounted:1", a => a.Pull = ImagePullPolicy.Always);
        options.AddAlgorithm("slow-image", "orca-training/slow:1", a => a.Pull = ImagePullPolicy.Always);
        options.AddAlgorithm("gpu", Service.TestImage, a => a.Gpus = 1);
    }

    private static Task TagAsync(string name) =>
        Repository.RunAsync("docker", ["tag", Service.TestImage, $"orca-training/{name}:1"], Repository.Folder, engine: null, Cancel);

    /// <summary>An image whose programs, its shell too, are no more than the beginning of an ELF file for a machine that hardly anybody has.</summary>
    private static async Task MakeOtherProcessorAsync()
    {
        const byte SparcV9 = 43;
        var program = new byte[256];
        new byte[] { 0x7F, (byte)'E', (byte)'L', (byte)'F', 2, 2, 1 }.CopyTo(program, 0);
        (program[16], program[18], program[20]) = (2, SparcV9, 1);
        var file = Path.GetTempFileName();
        try
        {
            await using (var tar = new TarWriter(File.Create(file)))
            {
                foreach (var name in (string[])["train", "bin/sh"])
                {
                    await tar.WriteEntryAsync(
                        new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(program), Mode = (UnixFileMode)0b111_101_101 }, Cancel);
                }
            }

            await Repository.RunAsync("docker", ["import", file, "orca-training/other-processor:1"], Repository.Folder, engine: null, Cancel);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
