namespace Orca.Training.Jobs;

/// <summary>Whose jobs: those that a user submitted, and those of some teams. Pure.</summary>
/// <param name="User">The user; null for nobody's own.</param>
/// <param name="Teams">The teams.</param>
/// <param name="WithoutTeam">Whether jobs that have no team on record are among them: those of the default team.</param>
public sealed record JobOwners(string? User, IReadOnlyList<string> Teams, bool WithoutTeam)
{
    /// <summary>Whether a job is theirs.</summary>
    /// <param name="user">Who submitted it.</param>
    /// <param name="team">The team that it belongs to.</param>
    public bool Have(string? user, string? team) =>
        (User is not null && User == user) || (team is null ? WithoutTeam : Teams.Contains(team, StringComparer.Ordinal));
}
