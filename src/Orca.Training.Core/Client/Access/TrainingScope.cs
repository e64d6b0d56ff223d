using System.Security.Claims;

namespace Orca.Training.Client;

/// <summary>Who calls, and what that caller may do. Immutable.</summary>
public sealed record TrainingScope
{
    /// <summary>
    /// Who calls: on record with each job that is submitted, and the owner of its idempotency keys. The same caller has to have the same text for
    /// good, and no other caller may have it. Null for a caller who is known without a name, and shares what is nobody's.
    /// </summary>
    public required string? User { get; init; }

    /// <summary>The caller's roles; without any, nothing is allowed.</summary>
    public required IReadOnlyList<TrainingGrant> Grants { get; init; }

    /// <summary>
    /// The direct peer on the host's own machine, who could read and change all of it anyway: an operator without a name. Only a door that has made
    /// sure of that says so.
    /// </summary>
    internal static TrainingScope Local { get; } = new() { User = null, Grants = [new TrainingGrant(TrainingRole.Operator)] };
}

/// <summary>Says what a caller may do. A host replaces it where claims and configuration cannot say that.</summary>
public interface ITrainingAccess
{
    /// <summary>What a caller may do. Asked for each request: it answers from memory, and at once.</summary>
    /// <param name="caller">A caller whom the host has authenticated.</param>
    /// <returns>The caller's scope; one without grants for a caller who may do nothing.</returns>
    /// <exception cref="TrainingException"><see cref="TrainingError.Unauthenticated"/>: nothing says who it is.</exception>
    TrainingScope GetScope(ClaimsPrincipal caller);
}
