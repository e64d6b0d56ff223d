using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orca.Training.Jobs.Storage;

namespace Orca.Training.PostgreSql;

/// <summary>Makes or upgrades the tables before anything else of the host starts: a database that cannot be used stops the start, with the reason. A store that the host replaced by another is not touched.</summary>
internal sealed class PostgreSqlJobStoreOpener(IServiceProvider services) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) =>
        services.GetRequiredService<IJobStore>() is PostgreSqlJobStore store ? store.OpenAsync(cancellationToken).AsTask() : Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
