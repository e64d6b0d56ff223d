using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orca.Training.Artifacts;
using Orca.Training.Bench.Kill.Host;
using Orca.Training.Datasets;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;
using Orca.Training.Logs;

namespace Orca.Training.Bench.Kill;

/// <summary>An installation's stores, opened by the bench itself while no host runs: what is true when all are gone.</summary>
internal sealed class InstallationStores : IAsyncDisposable
{
    private readonly IHost _host;

    private InstallationStores(IHost host) => _host = host;

    public IArtifactStore Artifacts => _host.Services.GetRequiredService<IArtifactStore>();

    public ILogStore Logs => _host.Services.GetRequiredService<ILogStore>();

    private IJobStore Jobs => _host.Services.GetRequiredService<IJobStore>();

    public static InstallationStores Open(HostSettings settings)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = settings.Application });
        HostServices.Add(builder.Services, settings);
        return new InstallationStores(builder.Build());
    }

    /// <summary>Adds the dataset. The job store is left to the first host, which may be killed while it makes it.</summary>
    public Task PrepareAsync(CancellationToken cancellationToken) =>
        _host.Services.GetRequiredService<IDatasetStore>()
            .AddAsync(HostServices.Dataset, [new DatasetFile("numbers.txt", _ => ValueTask.FromResult<Stream>(new MemoryStream("1 2 3"u8.ToArray())))], cancellationToken);

    public ValueTask<InstallationId> GetInstallationAsync(CancellationToken cancellationToken) => Jobs.GetInstallationAsync(cancellationToken);

    public async Task<IReadOnlyList<Job>> ReadJobsAsync(CancellationToken cancellationToken)
    {
        const int Page = 500;
        var jobs = new List<Job>();
        while (true)
        {
            var page = await Jobs.ReadPageAsync(new JobQuery { Limit = Page, OldestFirst = true, After = jobs.Count == 0 ? null : jobs[^1].Id }, cancellationToken);
            jobs.AddRange(page.Select(r => r.Job));
            if (page.Count < Page)
            {
                return jobs;
            }
        }
    }

    public async ValueTask DisposeAsync() => await ((IAsyncDisposable)_host).DisposeAsync();
}
