using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Orca.Training.Tracking;

/// <summary>
/// Starts and stops the tracker with the host. The host makes its services before it validates settings, so the tracker, whose parts
/// read theirs when they are made, is made here: what is wrong is then told all at once.
/// </summary>
internal sealed class TrackerHost(IServiceProvider services) : IHostedService
{
    private TrackerService? _tracker;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _tracker = services.GetRequiredService<TrackerService>();
        return _tracker.StartAsync(cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => _tracker?.StopAsync(cancellationToken) ?? Task.CompletedTask;
}
