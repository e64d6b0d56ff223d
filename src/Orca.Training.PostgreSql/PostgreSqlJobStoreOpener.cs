using Microsoft.Extensions.Hosting;

namespace Orca.Training.PostgreSql;

/// <summary>Makes or upgrades the tables before anything else of the host starts: a database that cannot be used stops the start, with the reason.</summary>
internal sealed class PostgreSqlJobStoreOpener(PostgreSqlJobStore store) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) => store.OpenAsync(cancellationToken).AsTask();

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
