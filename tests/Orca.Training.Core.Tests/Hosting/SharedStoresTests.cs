using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Orca.Training.Jobs.Storage.Memory;
using Orca.Training.Testing;
using Orca.Training.Tests.Logs;
using Orca.Training.Tests.Tracking;

namespace Orca.Training.Tests.Hosting;

/// <summary>What a host says at its start that others on the same job store would not find.</summary>
public sealed class SharedStoresTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_host_that_can_share_its_jobs_but_not_its_folders_says_so_once()
    {
        var told = Assert.Single(await StartAsync(areJobsShared: true, _ => { }));

        Assert.Equal(
            (1033, LogLevel.Warning, "Hosts on other machines can share this job store, but cannot find the datasets, artifacts, logs of this host. "
                + "If all hosts have the same data folder, set OrcaTraining:DataFolderIsShared to true"),
            (told.Id.Id, told.Level, told.Message));
    }

    [Fact]
    public async Task It_does_not_where_all_of_them_have_the_folder() =>
        Assert.Empty(await StartAsync(areJobsShared: true, _ => { }, isFolderShared: true));

    [Fact]
    public async Task It_does_not_where_there_can_be_no_other_host() => Assert.Empty(await StartAsync(areJobsShared: false, _ => { }));

    [Fact]
    public async Task A_store_of_the_application_s_own_is_named_by_what_it_keeps()
    {
        var told = Assert.Single(await StartAsync(areJobsShared: true, b => b.UseLogStore(_ => LogSamples.FakeStore()), isFolderShared: true));

        Assert.Contains("cannot find the logs of this host", told.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_job_store_of_the_application_s_own_that_is_shared_needs_models_that_are_too()
    {
        var told = Assert.Single(await StartAsync(areJobsShared: true, _ => { }, isFolderShared: true, id: 1044));

        Assert.Equal(LogLevel.Warning, told.Level);
        Assert.Contains("cannot find the numbers of models, metrics of this host, which are in memory", told.Message, StringComparison.Ordinal);
        Assert.Empty(await StartAsync(areJobsShared: false, _ => { }, id: 1044));
    }

    private static async Task<List<FakeLogRecord>> StartAsync(bool areJobsShared, Action<OrcaTrainingBuilder> build, bool isFolderShared = false, int id = 1033)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = "tests" });
        builder.Configuration.AddInMemoryCollection([new("OrcaTraining:DataFolderIsShared", isFolderShared ? "true" : "false")]);
        builder.Logging.AddFakeLogging();
        build(builder.Services.AddOrcaTraining(o => o.AddAlgorithm("a", "image")).UseFakeRuntime(new FakeContainerRuntime(TimeProvider.System))
            .UseJobStore(_ => new FaultyStore(new MemoryJobStore(new MemoryJobStoreOptions(), TimeProvider.System)) { IsShared = areJobsShared }));
        using var host = builder.Build();
        await host.StartAsync(Cancel);
        await host.StopAsync(Cancel);
        return [.. host.Services.GetRequiredService<FakeLogCollector>().GetSnapshot().Where(r => r.Id.Id == id)];
    }
}
