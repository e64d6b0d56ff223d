using Microsoft.Extensions.Diagnostics.HealthChecks;
using Orca.Training.Diagnostics;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;
using Orca.Training.Machines;
using Orca.Training.Tracking;

namespace Orca.Training.AspNetCore.Health;

/// <summary>How the service is: whether the job store answers, who decides, and which machines can be reached from here.</summary>
internal sealed class TrainingHealthCheck(IJobStore store, IEnumerable<Machine> machines, TrackerState tracker, ForeignFaults faults, TimeProvider time) : IHealthCheck
{
    private readonly Probe _store = new(cancellationToken => store.ReadAsync(default(JobId), cancellationToken).AsTask(), time);
    private readonly (string Name, Probe Probe)[] _machines = [.. machines.Select(m => (m.Name, new Probe(m.Runtime.DescribeAsync, time)))];

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        AskAsync(context.Registration.FailureStatus, cancellationToken);

    /// <param name="failure">What it is called when callers cannot be served.</param>
    /// <param name="cancellationToken">Ends the wait; the questions go on for others.</param>
    public async Task<HealthCheckResult> AskAsync(HealthStatus failure, CancellationToken cancellationToken)
    {
        var asked = _machines.Select(m => (m.Name, Answer: m.Probe.AskAsync())).ToList();
        var storeTrouble = await _store.AskAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
        var away = new List<(string Name, string Trouble)>();
        var data = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["job store"] = storeTrouble ?? "answers",
            ["tracker"] = tracker.Role.ToString(),
            ["disk"] = tracker.DiskTrouble ?? "has free space",
        };
        var thrown = faults.Recent;
        if (thrown.Count > 0)
        {
            data["host's own code"] = string.Join(" ", thrown);
        }

        foreach (var (name, answer) in asked)
        {
            var trouble = await answer.WaitAsync(cancellationToken).ConfigureAwait(false);
            data[$"machine {name}"] = trouble ?? "answers";
            if (trouble is not null)
            {
                away.Add((name, trouble));
            }
        }

        var status = storeTrouble is not null || tracker.Role is TrackerRole.Stopped ? failure
            : away.Count > 0 || tracker.DiskTrouble is not null || thrown.Count > 0 || tracker.Role is TrackerRole.Starting or TrackerRole.Failing ? HealthStatus.Degraded
            : HealthStatus.Healthy;
        return new HealthCheckResult(status, Describe(storeTrouble, tracker, away, thrown), data: data);
    }

    private static string Describe(string? storeTrouble, TrackerState tracker, List<(string Name, string Trouble)> away, IReadOnlyList<string> thrown)
    {
        string[] sentences =
        [
            storeTrouble is null ? "The job store answers." : $"The job store does not answer: {storeTrouble}",
            tracker.Role switch
            {
                TrackerRole.Deciding => "This host decides.",
                TrackerRole.Waiting => "Another host decides.",
                TrackerRole.Starting => "It is not yet known which host decides.",
                TrackerRole.Failing => $"The tracker of this host failed and restarts: {tracker.Trouble?.Message}",
                _ => "The tracker of this host is stopped.",
            },
            .. tracker.DiskTrouble is { } disk ? [disk] : Array.Empty<string>(),
            .. away.Select(m => $"Machine '{m.Name}' cannot be reached: {m.Trouble}"),
            .. thrown,
        ];
        return string.Join(" ", sentences);
    }
}
