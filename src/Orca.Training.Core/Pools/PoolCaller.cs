namespace Orca.Training.Pools;

/// <summary>Whose pools are asked for.</summary>
/// <param name="User">The name of the caller; null for an anonymous one.</param>
/// <param name="Team">The team for which the caller submits; null for the default team.</param>
/// <param name="Teams">All teams for which the caller may submit; the default team by its name.</param>
/// <param name="Roles">The names of the caller's roles: Viewer, Submitter, Operator.</param>
public sealed record PoolCaller(string? User, string? Team, IReadOnlyList<string> Teams, IReadOnlyList<string> Roles);

/// <summary>The pools that a caller may use.</summary>
/// <param name="Default">The pool of trainings that name none.</param>
/// <param name="Others">The pools that the caller's trainings can name beside it.</param>
public sealed record PoolGrant(string Default, IReadOnlyList<string> Others);
