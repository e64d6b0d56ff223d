using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orca.Training.Settings;

namespace Orca.Training.Tracking;

/// <summary>
/// Starts and stops the tracker with the host. The host makes its services before it validates settings, so the tracker, whose parts
/// read theirs when they are made, is made here: what is wrong is then told all at once.
/// </summary>
internal sealed class TrackerHost(IServiceProvider services) : IHostedService
{
    private TrackerService? _tracker;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var tracker = services.GetRequiredService<TrackerService>();
        await services.GetRequiredService<PoolStart>().CheckAsync(cancellationToken);
        _tracker = tracker;
        await tracker.StartAsync(cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => _tracker?.StopAsync(cancellationToken) ?? Task.CompletedTask;
}
