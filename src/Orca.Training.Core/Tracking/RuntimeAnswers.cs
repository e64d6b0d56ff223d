using System.Globalization;
using Orca.Training.Machines;

namespace Orca.Training.Tracking;

/// <summary>
/// Looks at what runtimes answer, which may be the host's own code: what is no answer is told of the machine, and nobody behind this has to
/// reckon with it. Pure.
/// </summary>
internal static class RuntimeAnswers
{
    /// <exception cref="RuntimeUnavailableException">It is no answer to a start.</exception>
    public static StartResult Checked(StartResult? result, int ranks, string machine) => result switch
    {
        null => throw new RuntimeUnavailableException($"Machine '{machine}' returned no result for the start."),
        StartResult.Started { Incarnations: var ids } when ids is null || ids.Count != ranks || ids.Any(string.IsNullOrEmpty) =>
            throw new RuntimeUnavailableException(string.Create(
                CultureInfo.InvariantCulture,
                $"Machine '{machine}' returned {ids?.Count(i => i?.Length > 0) ?? 0} container ids for an attempt with {ranks} containers.")),
        StartResult.Failed { Outcome: null } => throw new RuntimeUnavailableException($"Machine '{machine}' refused the start and did not say why."),
        _ => result,
    };

    /// <exception cref="RuntimeUnavailableException">It is no listing.</exception>
    public static IReadOnlyList<ContainerObservation> Checked(IReadOnlyList<ContainerObservation>? listing, string machine) =>
        listing is null || listing.Contains(null!)
            ? throw new RuntimeUnavailableException($"Machine '{machine}' returned an invalid container in its list.")
            : listing;

    /// <exception cref="RuntimeUnavailableException">It is no hint.</exception>
    public static ContainerObservation Checked(ContainerObservation? hint, string machine) =>
        hint ?? throw new RuntimeUnavailableException($"Machine '{machine}' reported an invalid container.");
}
