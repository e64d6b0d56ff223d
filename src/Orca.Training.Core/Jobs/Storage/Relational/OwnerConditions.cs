namespace Orca.Training.Jobs.Storage.Relational;

/// <summary>
/// Whose jobs, as conditions no two of which one job meets: each is a query of its own along its own index, and together they are the answer.
/// One condition with an "or" would be a walk over everybody's jobs.
/// </summary>
internal static class OwnerConditions
{
    /// <summary>No condition, where every owner is right.</summary>
    private static readonly string[] Whoever = [""];

    /// <param name="owners">The owners; null for whoever.</param>
    /// <param name="user">The column of the user.</param>
    /// <param name="me">The parameter that holds the user.</param>
    /// <param name="team">The parameter that holds a team, by its place.</param>
    /// <returns>Texts to follow other conditions.</returns>
    public static IReadOnlyList<string> Of(JobOwners? owners, string user, string me, Func<int, string> team)
    {
        if (owners is null)
        {
            return Whoever;
        }

        var found = new List<string>();
        var others = "";
        if (owners.User is not null)
        {
            found.Add($" AND {user} = {me}");
            others = $" AND ({user} IS NULL OR {user} <> {me})";
        }

        found.AddRange(owners.Teams.Distinct(StringComparer.Ordinal).Select((_, place) => $" AND team = {team(place)}{others}"));
        if (owners.WithoutTeam)
        {
            found.Add($" AND team IS NULL{others}");
        }

        return found.Count > 0 ? found : [" AND 1 = 0"];
    }

    /// <summary>The teams, in the order of their places.</summary>
    public static IReadOnlyList<string> TeamsOf(JobOwners? owners) => owners is null ? [] : [.. owners.Teams.Distinct(StringComparer.Ordinal)];
}
