using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Orca.Training.AspNetCore.Health;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the training service to a host's health checks.</summary>
public static class OrcaTrainingHealthChecksBuilderExtensions
{
    /// <summary>
    /// Adds a health check of the training service. It checks whether the job store answers, whether this host or another one is the
    /// decider, and whether this host can reach each machine.
    /// </summary>
    /// <remarks>
    /// <list type="bullet">
    /// <item>Unhealthy (or <paramref name="failureStatus"/>): callers cannot be served, because the job store does not answer within 5 s or the
    /// tracker is stopped.</item>
    /// <item>Degraded: callers are served, but trainings may have to wait, because a machine cannot be reached, a disk of the host is nearly
    /// full, the tracker restarts after an error, or code of the host has thrown an exception in the last minutes.</item>
    /// <item>Healthy: otherwise, even if another host is the decider.</item>
    /// </list>
    /// The description consists of sentences. The data has the entries <c>job store</c>, <c>tracker</c>, <c>disk</c>, <c>machine NAME</c>
    /// and, after exceptions, <c>host's own code</c>. Results are cached for a second.
    /// </remarks>
    /// <param name="builder">What <c>AddHealthChecks()</c> returns.</param>
    /// <param name="name">The check's name.</param>
    /// <param name="failureStatus">The status if callers cannot be served; null for Unhealthy.</param>
    /// <param name="tags">Tags to filter checks by, such as <c>ready</c>.</param>
    /// <returns>The builder.</returns>
    public static IHealthChecksBuilder AddOrcaTraining(
        this IHealthChecksBuilder builder, string name = "orca-training", HealthStatus? failureStatus = null, IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(name);
        builder.Services.TryAddSingleton<TrainingHealthCheck>();
        return builder.Add(new HealthCheckRegistration(name, services => services.GetRequiredService<TrainingHealthCheck>(), failureStatus, tags));
    }
}
