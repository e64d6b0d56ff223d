using System.Security.Claims;

namespace Orca.Training.Client;

/// <summary>The identity and the roles of a caller. Immutable.</summary>
public sealed record TrainingScope
{
    /// <summary>
    /// The name of the caller. It is recorded with each job, and owns the caller's idempotency keys. It must be unique and must never change. Null
    /// for an anonymous caller, who shares jobs and keys with all other anonymous callers.
    /// </summary>
    public required string? User { get; init; }

    /// <summary>The roles of the caller. If empty, the caller may do nothing.</summary>
    public required IReadOnlyList<TrainingGrant> Grants { get; init; }

    /// <summary>
    /// A local caller: an operator without a name, since a user of the machine could read and change everything anyway. Only code that has checked
    /// the connection uses it.
    /// </summary>
    internal static TrainingScope Local { get; } = new() { User = null, Grants = [new TrainingGrant(TrainingRole.Operator)] };
}

/// <summary>Decides what a caller may do. Register your own if claims and configuration are not enough.</summary>
public interface ITrainingAccess
{
    /// <summary>Gets the scope of a caller. It is called for each request, so it must answer from memory.</summary>
    /// <param name="caller">The authenticated caller.</param>
    /// <returns>The scope of the caller; without grants if the caller may do nothing.</returns>
    /// <exception cref="TrainingException"><see cref="TrainingError.Unauthenticated"/>: no claim identifies the caller.</exception>
    TrainingScope GetScope(ClaimsPrincipal caller);
}
