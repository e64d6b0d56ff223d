using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Orca.Training.AspNetCore.Health;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the training service to a host's health checks.</summary>
public static class OrcaTrainingHealthChecksBuilderExtensions
{
    /// <summary>
    /// Adds a check of how the training service is, asked when the host's checks are: whether the job store answers, whether this host or
    /// another decides, and whether each machine answers from here.
    /// </summary>
    /// <remarks>
    /// Unhealthy, or what <paramref name="failureStatus"/> says, if callers cannot be served: the job store does not answer within 5 s, or the
    /// tracker is stopped. Degraded if trainings may have to wait: a machine is away, even if it is the only one, a disk of the host is nearly full, or the tracker begins
    /// anew after an error; callers get their answers all the same, and another host would be no better off. Healthy otherwise, also
    /// while another host decides. The description says it in sentences, the data by part: <c>job store</c>, <c>tracker</c>, <c>disk</c>,
    /// <c>machine NAME</c>. Asked more often than once a second, it gives the same answers again.
    /// </remarks>
    /// <param name="builder">What <c>AddHealthChecks()</c> returns.</param>
    /// <param name="name">The check's name.</param>
    /// <param name="failureStatus">What is said when callers cannot be served; null for Unhealthy.</param>
    /// <param name="tags">To filter checks by, such as <c>ready</c>.</param>
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
