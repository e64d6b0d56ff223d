using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Options;
using Orca.Training.Client;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage.Memory;
using Orca.Training.Scheduling.Capacity;
using Orca.Training.Testing;

namespace Orca.Training.Tests.Hosting;

/// <summary>What the configuration says, what of it holds while it changes, and what an operator is told about it.</summary>
public sealed class SettingsTests
{
    private static readonly string[] OneAlgorithm = ["Algorithms:a:Image", "image"];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void The_host_s_own_section_is_read_without_being_asked_for_and_code_has_the_last_word()
    {
        using var host = NewHost(
            b => b.Services.AddOrcaTraining(o => o.StopGrace = TimeSpan.FromSeconds(3)),
            [.. OneAlgorithm, "LeaseDuration", "00:00:20", "StopGrace", "00:00:20", "MemoryJobStore:KeepFinished", "7"]);

        var options = host.Services.GetRequiredService<IOptions<OrcaTrainingOptions>>().Value;
        Assert.Equal((20, 3, "image"), (options.LeaseDuration.TotalSeconds, options.StopGrace.TotalSeconds, options.Algorithms["a"].Image));
        Assert.Equal(7, host.Services.GetRequiredService<IOptions<MemoryJobStoreOptions>>().Value.KeepFinished);
    }

    [Fact]
    public void What_a_library_and_the_app_add_is_one_service_with_the_settings_of_both()
    {
        var section = new ConfigurationBuilder().AddInMemoryCollection(Pairs("Jobs", ["Algorithms:b:Image", "two", "LeaseDuration", "00:00:30"])).Build().GetSection("Jobs");
        using var host = NewHost(
            b =>
            {
                b.Services.AddOrcaTraining(section).UseCapacityPolicy(CapacityPolicies.ByResources);
                b.Services.AddOrcaTraining(o => o.AddAlgorithm("c", "three"));
            },
            [.. OneAlgorithm, "LeaseDuration", "00:00:20"]);

        var options = host.Services.GetRequiredService<IOptions<OrcaTrainingOptions>>().Value;
        Assert.Equal(["a", "b", "c"], options.Algorithms.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(30, options.LeaseDuration.TotalSeconds);
        Assert.Same(CapacityPolicies.ByResources, host.Services.GetRequiredService<ICapacityPolicy>());
        Assert.Single(host.Services.GetServices<IHostedService>());
    }

    [Fact]
    public async Task All_that_is_wrong_is_said_when_the_host_starts_by_the_path_that_it_has_there()
    {
        using var host = NewHost(_ => { }, ["LeaseDuration", "00:00:00", "Algorithms:a:Cpus", "0", "MemoryJobStore:KeepChanges", "many"]);

        var wrong = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync(Cancel));

        Assert.Equal(
            [
                "OrcaTraining:Algorithms:a:Cpus is 0: give a number above 0.",
                "OrcaTraining:Algorithms:a:Image is '': give the image of the training.",
                "OrcaTraining:LeaseDuration is 00:00:00: give a time above zero and up to 30 days.",
                "OrcaTraining:MemoryJobStore:KeepChanges is 'many': give a whole number of at most 2147483647.",
            ],
            wrong.Failures.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("LeaseDuration", "30s", "is '30s': write 00:00:30, which is hours:minutes:seconds.")]
    [InlineData("LeaseDuration", "1.5 h", "is '1.5 h': write 01:30:00, which is hours:minutes:seconds.")]
    [InlineData("LeaseDuration", "soon", "is 'soon': give hours:minutes:seconds, such as 00:00:30, with days in front if needed, such as 2.00:00:00.")]
    [InlineData("LeaseDuration", "", "is '': give hours:minutes:seconds, such as 00:00:30, with days in front if needed, such as 2.00:00:00.")]
    [InlineData("LeaseDuration:Seconds", "30", "is a section: give one value.")]
    [InlineData("Algorithms:a:MemoryMiB", "2GB", "is '2GB': write 2048, a whole number of MiB.")]
    [InlineData("Algorithms:a:MemoryMiB", "much", "is 'much': give a whole number of MiB, such as 2048.")]
    [InlineData("Algorithms:a:Cpus", "two", "is 'two': give a number, such as 0.5.")]
    [InlineData("Algorithms:a:Pull", "IfMising", "is 'IfMising': did you mean IfMissing? Give IfMissing, Always or Never.")]
    [InlineData("Algorithms:a:Pull", "9", "is '9': give IfMissing, Always or Never.")]
    [InlineData("Algorithms:a:Retries", "3", "is a single value: give a section with FirstPause, LongestPause, MaxRetries, On.")]
    [InlineData("Algorithms:a:Retries:On", "Lost", "is a single value: give a list. In JSON that is [\"VALUE\"], in an environment variable OrcaTraining__Algorithms__a__Retries__On__0.")]
    [InlineData("Algorithms:a:Retries:On:0", "OutOfMemry", "is 'OutOfMemry'. It is not a known outcome: did you mean OutOfMemory?")]
    [InlineData("Algorithms:a:Parameters", "x", "is a single value: give a section with a value for each name, such as OrcaTraining:Algorithms:a:Parameters:NAME.")]
    [InlineData("RequeueOnStop", "yes", "is 'yes': give true or false.")]
    public async Task A_value_of_the_wrong_form_is_told_with_the_right_one(string setting, string value, string told)
    {
        using var host = NewHost(_ => { }, [.. OneAlgorithm, setting, value]);

        var wrong = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync(Cancel));

        Assert.Equal($"OrcaTraining:{setting.Replace(":Seconds", "", StringComparison.Ordinal)} {told}", Assert.Single(wrong.Failures));
    }

    [Fact]
    public async Task A_service_without_an_algorithm_starts_and_says_that_it_refuses_everything()
    {
        using var host = NewHost(b => b.UseFakeRuntime(new FakeContainerRuntime(TimeProvider.System)), []);
        await host.StartAsync(Cancel);

        Change(host, OneAlgorithm);
        await host.StopAsync(Cancel);

        Assert.Equal(
            ["No algorithm is configured; every submission is refused. Add one with AddAlgorithm(), or in the section OrcaTraining:Algorithms"],
            Told(host, 1046));
    }

    [Fact]
    public async Task A_number_is_no_time_since_it_would_be_taken_for_days()
    {
        using var host = NewHost(
            b => b.Services.AddOrcaTraining(new ConfigurationBuilder().AddInMemoryCollection(Pairs("Jobs", "StopGrace", "0", "LaunchTimeout", "15")).Build().GetSection("Jobs")),
            ["LeaseDuration", "00:00:15", "StopGrace", "0"]);
        var wrong = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync(Cancel));
        Assert.Equal(
            "Jobs:LaunchTimeout is '15': give hours:minutes:seconds, such as 00:00:30, with days in front if needed, such as 2.00:00:00. A number alone would be days.",
            wrong.Message);

        using var other = NewHost(_ => { }, ["LeaseDuration", "15", "ReconcilePeriod", "10", "StopGrace", "1.00:00:00"]);
        wrong = await Assert.ThrowsAsync<OptionsValidationException>(() => other.StartAsync(Cancel));
        Assert.Equal(["OrcaTraining:LeaseDuration is '15'", "OrcaTraining:ReconcilePeriod is '10'"], wrong.Failures.Select(f => f.Split(": ")[0]));
    }

    [Fact]
    public async Task A_key_that_means_nothing_stops_the_start_and_is_told_with_the_nearest_that_does()
    {
        string[] wrong = ["LeseDuration", "00:00:20", "limits:namelenght", "9", "Algorithms:a:Imag", "x", "MemoryJobStore:KeepAll", "true", "Elsewhere:Deep:Er", "x"];
        string[] right = [.. OneAlgorithm, "Algorithms:a:Parameters:ANY", "1", "Algorithms:a:Command:0", "x"];
        const string Hint = "A package's own settings are known once its Use…() is called.";
        using var host = NewHost(b => b.UseFakeRuntime(new FakeContainerRuntime(TimeProvider.System)), [.. right, .. wrong]);

        var stopped = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync(Cancel));

        Assert.Equal(
            [
                "OrcaTraining:Algorithms:a:Imag is unknown: did you mean OrcaTraining:Algorithms:a:Image?",
                $"OrcaTraining:Elsewhere is unknown: below OrcaTraining there can be Access, Algorithms, AllowUnknownSettings, ApplicationName, DataFolder, DataFolderIsShared, DefaultPool, Disk, FailUnplaceable, LaunchTimeout, LeaseDuration, Leavings, Limits, MaxLogMiB, MemoryJobStore, OtherUsersCanRead, Pools, ReconcilePeriod, RemoveLeftoverFiles, RemoveLeftovers, RequeueOnStop, Retention, StopGrace. {Hint}",
                "OrcaTraining:LeseDuration is unknown: did you mean OrcaTraining:LeaseDuration?",
                "OrcaTraining:limits:namelenght is unknown: did you mean OrcaTraining:limits:NameLength?",
                $"OrcaTraining:MemoryJobStore:KeepAll is unknown: below OrcaTraining:MemoryJobStore there can be KeepChanges, KeepFinished, KeepRevisions. {Hint}",
            ],
            stopped.Failures.Order(StringComparer.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task A_section_whose_name_is_misspelt_is_told_since_nothing_reads_it()
    {
        using var host = NewHost(b => b.UseFakeRuntime(new FakeContainerRuntime(TimeProvider.System)), OneAlgorithm, new() { ["OrcaTraning:StopGrace"] = "00:00:20", ["Orca:Pod"] = "x" });
        await host.StartAsync(Cancel);
        await host.StopAsync(Cancel);

        Assert.Equal(["The setting OrcaTraning is unknown and has no effect: did you mean OrcaTraining?"], Told(host, 1040));
    }

    [Fact]
    public async Task A_host_that_allows_unknown_keys_is_told_of_them_and_starts()
    {
        using var host = NewHost(
            b => b.UseFakeRuntime(new FakeContainerRuntime(TimeProvider.System)), [.. OneAlgorithm, "AllowUnknownSettings", "true", "PostgreSql:ConectionString", "x", "LeseDuration", "x"]);
        await host.StartAsync(Cancel);
        await host.StopAsync(Cancel);

        Assert.Equal(["OrcaTraining:LeseDuration", "OrcaTraining:PostgreSql"], Told(host, 1040).Select(m => m.Split(' ')[2]));
    }

    [Fact]
    public async Task What_a_package_reads_is_known_and_no_more()
    {
        string[] right = ["Machines:gpu:Network", "lab"];
        using var host = NewHost(Build, right);
        await host.StartAsync(Cancel);
        await host.StopAsync(Cancel);
        Assert.Equal("lab!", host.Services.GetRequiredService<IOptionsMonitor<PackageOptions>>().Get("gpu").Network);

        using var wrong = NewHost(Build, [.. right, "Machines:gpu:Networks", "lab", "Machines:gqu:Network", "lab"]);
        var stopped = await Assert.ThrowsAsync<OptionsValidationException>(() => wrong.StartAsync(Cancel));
        Assert.Equal(
            [
                "OrcaTraining:Machines:gpu:Networks is unknown: did you mean OrcaTraining:Machines:gpu:Network?",
                "OrcaTraining:Machines:gqu is unknown: did you mean OrcaTraining:Machines:gpu?",
            ],
            stopped.Failures);

        static void Build(OrcaTrainingBuilder builder) => builder.UseFakeRuntime(new FakeContainerRuntime(TimeProvider.System))
            .AddSettings<PackageOptions>("Machines:gpu", "gpu", (section, options) => options.Network = section["Network"] ?? "").Configure(o => o.Network += "!");
    }

    [Fact]
    public Task Algorithms_and_limits_are_taken_over_while_the_host_runs() => VirtualTime.RunAsync(async time =>
    {
        var runtime = new FakeContainerRuntime(time);
        var images = new List<string>();
        runtime.Script(spec =>
        {
            images.Add(spec.Image);
            return FakeTraining.Succeeds.RunsFor(TimeSpan.FromHours(1));
        });
        using var host = NewHost(b => b.UseFakeRuntime(runtime).UseFakeStores().UseVirtualTime(time), OneAlgorithm);
        await host.StartAsync(Cancel);
        var client = host.Services.GetRequiredService<ITrainingClient>();
        var first = await client.TrainAsync(Request("a"), Cancel);
        var second = await client.TrainAsync(Request("a"), Cancel);
        await Assert.ThrowsAsync<TrainingException>(() => client.TrainAsync(Request("b"), Cancel));
        await client.WatchTrainingAsync(first, cancellationToken: Cancel).FirstAsync(s => s.State is JobState.Running, Cancel);

        Change(host, "Algorithms:a:Image", "newer", "Algorithms:b:Image", "other", "Limits:Labels", "0");

        var third = await client.TrainAsync(Request("b"), Cancel);
        var refused = await Assert.ThrowsAsync<TrainingException>(
            () => client.TrainAsync(Request("b") with { Labels = new Dictionary<string, string> { ["x"] = "y" } }, Cancel));
        Assert.Equal("There are 1: give at most 0.", Assert.Single(refused.Violations).Description);
        foreach (var job in new[] { first, second, third })
        {
            Assert.Equal(JobState.Succeeded, (await client.WatchTrainingAsync(job, cancellationToken: Cancel).LastAsync(Cancel)).State);
        }

        // The first was launched before the change, the second waited through it.
        Assert.Equal(["image", "newer", "other"], images);
        Assert.Equal(
            ["Reloaded settings, which apply to new requests and launches: OrcaTraining:Algorithms:a:Image, OrcaTraining:Algorithms:b:Image, OrcaTraining:Limits:Labels"],
            Told(host, 1041));
        await host.StopAsync(Cancel);
    });

    [Fact]
    public async Task Settings_that_have_become_wrong_change_nothing_and_the_reason_is_told_once()
    {
        using var host = NewHost(b => b.UseFakeRuntime(new FakeContainerRuntime(TimeProvider.System)), OneAlgorithm);
        await host.StartAsync(Cancel);
        var settings = host.Services.GetRequiredService<IOptionsMonitor<OrcaTrainingOptions>>();

        Change(host, "Algorithms:a:Image", "newer", "Algorithms:a:MemoryMiB", "1");
        Change(host);
        Assert.Equal("image", settings.CurrentValue.Algorithms["a"].Image);
        Change(host, "Algorithms:a:MemoryMiB", "much");
        Assert.Equal("image", settings.CurrentValue.Algorithms["a"].Image);
        Change(host, "Algorithms:a:MemoryMiB", "10");
        Assert.Equal(("newer", 10), (settings.CurrentValue.Algorithms["a"].Image, settings.CurrentValue.Algorithms["a"].MemoryMiB));

        Assert.Equal(
            [
                "The changed configuration is not valid, and the old settings stay in use: OrcaTraining:Algorithms:a:MemoryMiB is 'much': give a whole number of MiB, such as 2048.",
                "The changed configuration is not valid, and the old settings stay in use: OrcaTraining:Algorithms:a:MemoryMiB is 1: give at least 6, the minimum of an engine.",
            ],
            Told(host, 1043));
        await host.StopAsync(Cancel);
    }

    [Fact]
    public async Task A_changed_setting_that_needs_a_restart_is_told_until_it_is_set_back()
    {
        using var host = NewHost(b => b.UseFakeRuntime(new FakeContainerRuntime(TimeProvider.System)), ["LeaseDuration", "00:00:20", "AllowUnknownSettings", "true"]);
        await host.StartAsync(Cancel);

        Change(host, "LeaseDuration", "00:00:30", "MemoryJobStore:KeepFinished", "9", "LeaseDurations", "x");
        Change(host, "LeaseDuration", "00:00:20");
        Change(host);

        Assert.Equal(
            [
                "The setting OrcaTraining:LeaseDuration has changed; restart the host to apply it",
                "The setting OrcaTraining:MemoryJobStore:KeepFinished has changed; restart the host to apply it",
            ],
            Told(host, 1042));
        Assert.Single(Told(host, 1040));
        Assert.Empty(Told(host, 1041));
        await host.StopAsync(Cancel);
    }

    [Fact]
    public void Listeners_hear_of_the_settings_that_hold_until_they_end()
    {
        using var host = NewHost(b => b.UseFakeRuntime(new FakeContainerRuntime(TimeProvider.System)), OneAlgorithm);
        var settings = host.Services.GetRequiredService<IOptionsMonitor<OrcaTrainingOptions>>();
        var heard = new List<string>();
        var listening = settings.OnChange((options, _) => heard.Add(options.Algorithms["a"].Image));

        Change(host, "Algorithms:a:Image", "second");
        listening!.Dispose();
        Change(host, "Algorithms:a:Image", "third");

        Assert.Equal(["second"], heard);
        Assert.Equal("third", settings.Get(Options.DefaultName).Algorithms["a"].Image);
    }

    private static TrainingRequest Request(string algorithm) => new() { Algorithm = algorithm, DatasetId = "d" };

    private static IEnumerable<KeyValuePair<string, string?>> Pairs(string section, params string?[] settings) =>
        settings.Chunk(2).Select(pair => KeyValuePair.Create($"{section}:{pair[0]}", pair[1]));

    private static IHost NewHost(Action<OrcaTrainingBuilder> build, string?[] settings, Dictionary<string, string?>? others = null)
    {
        var host = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = "tests" });
        host.Configuration.AddInMemoryCollection(Pairs("OrcaTraining", settings));
        host.Configuration.AddInMemoryCollection(others);
        host.Logging.AddFakeLogging();
        build(host.Services.AddOrcaTraining());
        return host.Build();
    }

    private static void Change(IHost host, params string?[] settings)
    {
        var configuration = (IConfigurationRoot)host.Services.GetRequiredService<IConfiguration>();
        foreach (var (key, value) in Pairs("OrcaTraining", settings))
        {
            configuration[key] = value;
        }

        configuration.Reload();
    }

    private static IEnumerable<string> Told(IHost host, int id) => host.Services.GetRequiredService<FakeLogCollector>().GetSnapshot()
        .Where(r => r.Id.Id == id).Select(r => r.Message).Order(StringComparer.OrdinalIgnoreCase);

    private sealed class PackageOptions
    {
        public string Network { get; set; } = "";
    }
}
