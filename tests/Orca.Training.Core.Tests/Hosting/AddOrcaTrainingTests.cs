using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orca.Training.Client;
using Orca.Training.Jobs.Storage;
using Orca.Training.Jobs.Storage.Memory;
using Orca.Training.Pools;
using Orca.Training.Scheduling.Capacity;
using Orca.Training.Testing;
using Orca.Training.Tracking;

namespace Orca.Training.Tests.Hosting;

/// <summary>How a host gets the service, and what it is told when something is missing.</summary>
public sealed class AddOrcaTrainingTests
{
    private const string AllSettings = """
        {
          "OrcaTraining": {
            "ApplicationName": "app",
            "DataFolder": "elsewhere",
            "DataFolderIsShared": true,
            "MaxLogMiB": 15,
            "ReconcilePeriod": "00:00:11",
            "LaunchTimeout": "00:12:00",
            "StopGrace": "00:00:13",
            "LeaseDuration": "00:00:14",
            "RemoveLeftovers": true,
            "FailUnplaceable": true,
            "RemoveLeftoverFiles": true,
            "AllowUnknownSettings": true,
            "Limits": { "NameLength": 11, "Parameters": 2, "ParameterNameLength": 3, "ParameterValueLength": 4, "Labels": 5, "LabelLength": 6, "KeyLength": 7, "Dependencies": 8, "Retries": 9, "LongestTime": "10.00:00:00",
              "DatasetFiles": 12, "DatasetMiB": 13, "Uploads": 14, "UploadsOfCaller": 15, "UploadIdle": "00:00:16", "UploadTime": "00:00:17",
              "RequestBytes": 2000, "CallBytes": 3000, "LongestTimeLimit": "9.00:00:00" },
            "RequeueOnStop": true,
            "OtherUsersCanRead": true,
            "Disk": { "KeepFreeMiB": 31, "StopBelowMiB": 30, "Period": "00:00:32" },
            "Leavings": { "MaxMiB": 21, "MaxEntries": 22, "MaxDepth": 23, "MaxNameBytes": 24, "LongestTime": "00:25:00" },
            "Retention": { "KeepJobsFor": "1.00:00:00", "KeepJobs": 16, "KeepRunsFor": "2.00:00:00", "KeepArtifacts": true, "KeepContainersFor": "00:00:17", "Period": "00:18:00" },
            "Algorithms": {
              "intents": {
                "Image": "registry/intents:1",
                "Pull": "Always",
                "Registry": { "User": "robot", "Password": "secret", "IdentityToken": "" },
                "Command": [ "server", "/data" ],
                "Parameters": { "EPOCHS": "20", "LR": "0.1" },
                "CheckpointKeep": "last,best",
                "Cpus": 2.5,
                "MemoryMiB": 2048,
                "Gpus": 1,
                "MostCpus": 3.5,
                "MostMemoryMiB": 4096,
                "MostGpus": 2,
                "ShmMiB": 128,
                "AllowOtherParameters": true,
                "DeclaredParameters": { "EPOCHS": { "Kind": "WholeNumber", "Least": 1, "Choices": ["1", "20"] } },
                "Timeouts": { "Queued": "00:00:01", "Launching": "00:00:02", "Running": "3.00:00:00", "NoProgress": "00:00:04" },
                "Retries": { "MaxRetries": 2, "On": [ "NonZeroExit", "Own" ], "FirstPause": "00:00:05", "LongestPause": "00:00:06" }
              },
              "Other": { "Image": "other" }
            },
            "DefaultPool": "day",
            "Pools": {
              "day": {
                "Users": [ "ann", "team:vision", "role:Operator", "*" ],
                "Weight": 1.5,
                "Machines": { "box": { "Cpus": 0.5, "MemoryMiB": 7, "Gpus": 1 }, "other": {} },
                "Most": { "Jobs": 1, "Cpus": 2.5, "MemoryMiB": 3, "Gpus": 4 },
                "PerUser": { "Jobs": 5 },
                "MaxQueued": 6,
                "MaxQueuedPerUser": 7,
                "HalfLife": "2.00:00:00",
                "LongestTurn": "00:30:00"
              },
              "gone": { "MovesTo": "day" }
            }
          }
        }
        """;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void Every_setting_is_read_from_configuration()
    {
        var options = Options(s => s.AddOrcaTraining(Section()));

        Assert.True(options.FailUnplaceable);
        Assert.Equal(
            ("app", "elsewhere", true, 15, true, true),
            (options.ApplicationName, options.DataFolder, options.DataFolderIsShared, options.MaxLogMiB, options.RemoveLeftovers, options.RequeueOnStop));
        Assert.Equal((true, true), (options.RemoveLeftoverFiles, options.AllowUnknownSettings));
        Assert.Equal(
            [TimeSpan.FromSeconds(11), TimeSpan.FromMinutes(12), TimeSpan.FromSeconds(13), TimeSpan.FromSeconds(14)],
            [options.ReconcilePeriod, options.LaunchTimeout, options.StopGrace, options.LeaseDuration]);
        Assert.True(options.OtherUsersCanRead);
        CheckPools(options);
        Assert.Equal((31, 30, TimeSpan.FromSeconds(32)), (options.Disk.KeepFreeMiB, options.Disk.StopBelowMiB, options.Disk.Period));
        Assert.Equal(new Orca.Training.Artifacts.ArtifactLimits(21L << 20, 22, 23, 24), options.Leavings.ToLimits());
        Assert.Equal(TimeSpan.FromMinutes(25), options.Leavings.LongestTime);
        var retention = options.Retention;
        Assert.Equal(
            (TimeSpan.FromDays(1), 16, TimeSpan.FromDays(2), true, TimeSpan.FromSeconds(17), TimeSpan.FromMinutes(18)),
            (retention.KeepJobsFor, retention.KeepJobs, retention.KeepRunsFor, retention.KeepArtifacts, retention.KeepContainersFor, retention.Period));
        var limits = options.Limits;
        Assert.Equal(
            [11, 2, 3, 4, 5, 6, 7, 8, 9],
            [
                limits.NameLength, limits.Parameters, limits.ParameterNameLength, limits.ParameterValueLength, limits.Labels, limits.LabelLength,
                limits.KeyLength, limits.Dependencies, limits.Retries,
            ]);
        Assert.Equal(TimeSpan.FromDays(10), limits.LongestTime);
        Assert.Equal((12, 13, 14, 15), (limits.DatasetFiles, limits.DatasetMiB, limits.Uploads, limits.UploadsOfCaller));
        Assert.Equal((TimeSpan.FromSeconds(16), TimeSpan.FromSeconds(17)), (limits.UploadIdle, limits.UploadTime));
        Assert.Equal((2000, 3000, TimeSpan.FromDays(9)), (limits.RequestBytes, limits.CallBytes, limits.LongestTimeLimit));
        Assert.Equal(["Other", "intents"], options.Algorithms.Keys.Order(StringComparer.Ordinal));
        var algorithm = options.Algorithms["intents"];
        Assert.Equal(("registry/intents:1", 2.5, 2048, 1), (algorithm.Image, algorithm.Cpus, algorithm.MemoryMiB, algorithm.Gpus));
        Assert.Equal((ImagePullPolicy.Always, new RegistryCredentials { User = "robot", Password = "secret" }), (algorithm.Pull, algorithm.Registry));
        Assert.Equal(["server", "/data"], algorithm.Command);
        Assert.Equal([("EPOCHS", "20"), ("LR", "0.1")], algorithm.Parameters.Select(p => (p.Key, p.Value)).Order());
        var timeouts = algorithm.Timeouts;
        Assert.Equal(
            [TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), TimeSpan.FromDays(3), TimeSpan.FromSeconds(4)],
            [timeouts.Queued, timeouts.Launching, timeouts.Running, timeouts.NoProgress]);
        var retries = algorithm.Retries;
        Assert.Equal((2, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(6)), (retries.MaxRetries, retries.FirstPause, retries.LongestPause));
        Assert.Equal(["NonZeroExit", "Own"], retries.On);
        Assert.Equal(("other", 1.0, 1024, 0), (options.Algorithms["Other"].Image, options.Algorithms["Other"].Cpus, options.Algorithms["Other"].MemoryMiB, options.Algorithms["Other"].Gpus));
    }

    private static void CheckPools(OrcaTrainingOptions options)
    {
        var (day, gone) = (options.Pools["day"], options.Pools["gone"]);
        Assert.Equal(("day", 1.5, 6, 7, null), (options.DefaultPool, day.Weight, day.MaxQueued, day.MaxQueuedPerUser, day.MovesTo));
        Assert.Equal(["ann", "team:vision", "role:Operator", "*"], day.Users);
        Assert.Equal((0.5, 7, 1), (day.Machines["box"].Cpus, day.Machines["box"].MemoryMiB, day.Machines["box"].Gpus));
        Assert.Equal((null, null, null), (day.Machines["other"].Cpus, day.Machines["other"].MemoryMiB, day.Machines["other"].Gpus));
        Assert.Equal((1, 2.5, 3, 4, 5, null), (day.Most.Jobs, day.Most.Cpus, day.Most.MemoryMiB, day.Most.Gpus, day.PerUser.Jobs, day.PerUser.Gpus));
        Assert.Equal((TimeSpan.FromDays(2), TimeSpan.FromMinutes(30)), (day.HalfLife, day.LongestTurn));
        Assert.Equal(("day", 0), (gone.MovesTo, gone.Machines.Count));
        var intents = options.Algorithms["intents"];
        Assert.Equal((3.5, 4096, 2), (intents.MostCpus, intents.MostMemoryMiB, intents.MostGpus));
    }

    [Fact]
    public void The_test_of_configuration_leaves_no_setting_out()
    {
        foreach (var type in new[]
        {
            typeof(OrcaTrainingOptions), typeof(AlgorithmOptions), typeof(RequestLimits), typeof(RegistryCredentials), typeof(TimeoutOptions),
            typeof(RetryOptions), typeof(PoolOptions), typeof(PoolShareOptions), typeof(PoolLimitOptions), typeof(RetentionOptions), typeof(LeavingsOptions), typeof(DiskOptions),
        })
        {
            // A function is no setting: it comes from code alone.
            Assert.All(type.GetProperties().Where(p => !typeof(Delegate).IsAssignableFrom(p.PropertyType)), p => Assert.Contains($"\"{p.Name}\"", AllSettings, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Calls_add_up_and_the_later_one_wins()
    {
        var options = Options(s =>
        {
            s.AddOrcaTraining(o => o.AddAlgorithm("a", "one").AddAlgorithm("b", "two").StopGrace = TimeSpan.FromSeconds(1));
            s.AddOrcaTraining(o => o.AddAlgorithm("b", "three").LaunchTimeout = TimeSpan.FromSeconds(2));
            s.AddOrcaTraining();
        });

        Assert.Equal([("a", "one"), ("b", "three")], options.Algorithms.Select(a => (a.Key, a.Value.Image)).Order());
        Assert.Equal((TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2)), (options.StopGrace, options.LaunchTimeout));
    }

    [Fact]
    public void A_command_that_is_configured_again_is_replaced_and_not_continued()
    {
        var options = Options(s =>
        {
            s.AddOrcaTraining(o => o.AddAlgorithm("intents", "image", a => a.Command.Add("train")).AddAlgorithm("Other", "image", a => a.Command.Add("serve")));
            s.AddOrcaTraining(Section());
            s.AddOrcaTraining(Section());
        });

        Assert.Equal(["server", "/data"], options.Algorithms["intents"].Command);
        Assert.Equal(["serve"], options.Algorithms["Other"].Command);
    }

    [Fact]
    public void Calling_it_twice_adds_one_service_of_each_kind()
    {
        var services = new ServiceCollection();
        services.AddOrcaTraining(_ => { });
        var once = services.Select(d => d.ServiceType).Where(t => t.Namespace!.StartsWith("Orca", StringComparison.Ordinal) || t == typeof(IHostedService)).ToList();
        services.AddOrcaTraining(_ => { });

        Assert.Single(services, d => d.ImplementationType == typeof(TrackerService));
        Assert.Equal(2, services.Count(d => d.ServiceType == typeof(IValidateOptions<OrcaTrainingOptions>)));
        Assert.Equal(once, services.Select(d => d.ServiceType).Where(t => t.Namespace!.StartsWith("Orca", StringComparison.Ordinal) || t == typeof(IHostedService)));
    }

    [Fact]
    public void The_embedded_defaults_are_there_and_what_is_used_instead_wins_before_or_after()
    {
        using var defaults = NewHost(b => b.UseFakeRuntime(NewRuntime()));
        Assert.IsType<MemoryJobStore>(defaults.Services.GetRequiredService<IJobStore>());
        Assert.IsType<DefaultPolicy>(defaults.Services.GetRequiredService<ICapacityPolicy>());
        Assert.NotNull(defaults.Services.GetRequiredService<ITrainingClient>());

        var policy = CapacityPolicies.Jobs(3);
        var store = new MemoryJobStore(new MemoryJobStoreOptions(), TimeProvider.System);
        using var replaced = NewHost(b =>
        {
            b.UseCapacityPolicy(policy).UseJobStore(_ => store).UseFakeRuntime(NewRuntime());
            b.Services.AddOrcaTraining();
        });
        Assert.Same(policy, replaced.Services.GetRequiredService<ICapacityPolicy>());
        Assert.Same(store, replaced.Services.GetRequiredService<IJobStore>());
    }

    [Fact]
    public async Task A_host_without_a_machine_does_not_start_and_is_told_what_to_add()
    {
        using var host = NewHost(_ => { });

        var missing = await Assert.ThrowsAsync<InvalidOperationException>(() => host.StartAsync(Cancel));

        Assert.Equal("Orca.Training has no machine to train on: add one after AddOrcaTraining(), for example with UseDocker().", missing.Message);
    }

    [Fact]
    public async Task A_host_with_two_machines_of_one_name_does_not_start()
    {
        using var host = NewHost(b => b.UseFakeRuntime(NewRuntime(), "gpu").UseFakeRuntime(NewRuntime()).UseFakeRuntime(NewRuntime(), "gpu"));

        var twice = await Assert.ThrowsAsync<InvalidOperationException>(() => host.StartAsync(Cancel));

        Assert.Equal("Orca.Training has 2 machines named 'gpu': give each Use…() call its own name.", twice.Message);
    }

    [Fact]
    public async Task A_host_with_a_wrong_setting_does_not_start_and_is_told_which()
    {
        using var host = NewHost(b => b.UseFakeRuntime(NewRuntime()), o => o.LeaseDuration = TimeSpan.Zero);

        var wrong = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync(Cancel));

        Assert.Equal("OrcaTraining:LeaseDuration is 00:00:00: give a time above zero and up to 30 days.", wrong.Message);
    }

    [Fact]
    public async Task A_machine_that_cannot_reach_the_folders_is_named_with_what_would_be_right()
    {
        using var host = NewHost(b => b.AddMachine("far", _ => new FarRuntime()));

        var far = await Assert.ThrowsAsync<InvalidOperationException>(() => host.StartAsync(Cancel));

        Assert.Equal(
            "Machine 'far' (FarRuntime) can neither mount nor copy folders of the host, and FolderDatasetStore keeps datasets in such folders: use a store that it can reach.",
            far.Message);
    }

    private static IConfigurationSection Section() => new ConfigurationBuilder()
        .AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(AllSettings))).Build().GetSection("OrcaTraining");

    private static OrcaTrainingOptions Options(Action<IServiceCollection> add)
    {
        var services = new ServiceCollection();
        add(services);
        using var provider = services.BuildServiceProvider();
        return provider.GetRequiredService<IOptions<OrcaTrainingOptions>>().Value;
    }

    private static IHost NewHost(Action<OrcaTrainingBuilder> build, Action<OrcaTrainingOptions>? options = null)
    {
        var host = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = "tests" });
        build(host.Services.AddOrcaTraining(options ?? (_ => { })));
        return host.Build();
    }

    private static FakeContainerRuntime NewRuntime() => new(TimeProvider.System);
}
