namespace Orca.Training.Pools;

/// <summary>An entry of <see cref="PoolOptions.Users"/>: whom it names, and how closely. Pure.</summary>
internal readonly record struct PoolUsers(PoolUsers.Kind Of, string Name)
{
    private const string Team = "team:";
    private const string Role = "role:";

    /// <summary>The closest first.</summary>
    public enum Kind
    {
        User,
        Team,
        Role,
        Everybody,
    }

    public static PoolUsers Parse(string entry) =>
        entry == "*" ? new PoolUsers(Kind.Everybody, "")
        : entry.StartsWith(Team, StringComparison.Ordinal) ? new PoolUsers(Kind.Team, entry[Team.Length..])
        : entry.StartsWith(Role, StringComparison.Ordinal) ? new PoolUsers(Kind.Role, entry[Role.Length..])
        : new PoolUsers(Kind.User, entry);

    public bool Names(PoolCaller caller) => Of switch
    {
        Kind.User => caller.User == Name,
        Kind.Team => caller.Teams.Contains(Name, StringComparer.Ordinal),
        Kind.Role => caller.Roles.Contains(Name, StringComparer.OrdinalIgnoreCase),
        _ => true,
    };
}
