using Orca.Training.Jobs;
using Orca.Training.Pools;

namespace Orca.Training.Client;

/// <summary>The rights that follow from a scope. Pure.</summary>
internal sealed class CallerRights
{
    private readonly TrainingScope _scope;
    private readonly AccessOptions _options;

    public CallerRights(TrainingScope scope, AccessOptions options)
    {
        _scope = scope;
        _options = options;
        Team = scope.Grants.FirstOrDefault(g => g is { Role: not TrainingRole.Viewer, Team: not null })?.Team;
        SeesAll = scope.Grants.Any(g => g is { Role: TrainingRole.Operator, Team: null });
        var teams = scope.Grants.Where(g => g.Team is not null && SeesTeam(g.Role)).Select(g => g.Team!).Distinct(StringComparer.Ordinal).ToList();
        Owners = SeesAll || scope.Grants.Any(g => g.Team is null && SeesTeam(g.Role)) ? null : new JobOwners(scope.User, teams, teams.Contains(options.DefaultTeam));
    }

    /// <summary>The name of the caller.</summary>
    public string? User => _scope.User;

    /// <summary>The team for which the caller submits and adds; null for none.</summary>
    public string? Team { get; }

    /// <summary>What pools go by.</summary>
    public PoolCaller ForPools => field ??= new PoolCaller(
        User,
        Team,
        [.. _scope.Grants.Where(g => g.Role is not TrainingRole.Viewer).Select(g => g.Team).Append(Team is null ? _options.DefaultTeam : null).OfType<string>().Distinct(StringComparer.Ordinal)],
        [.. _scope.Grants.Select(g => g.Role.ToString()).Distinct(StringComparer.Ordinal)]);

    /// <summary>Whether the caller sees everything and may do everything.</summary>
    public bool SeesAll { get; }

    /// <summary>The owners whose jobs the caller sees; null for all.</summary>
    public JobOwners? Owners { get; }

    /// <summary>The team of a job; the default team if none is recorded.</summary>
    public string TeamOf(string? recorded) => recorded ?? _options.DefaultTeam;

    /// <summary>Whether the caller has the permission for any team.</summary>
    public bool May(Permission permission) => permission switch
    {
        Permission.Read => _scope.Grants.Count > 0,
        Permission.Submit or Permission.Add => _scope.Grants.Any(static g => g.Role is not TrainingRole.Viewer),
        _ => _scope.Grants.Any(static g => g.Role is TrainingRole.Operator),
    };

    public bool Sees(string? user, string? team) => Owners?.Have(user, team) is not false;

    /// <summary>Whether the caller may cancel, hold and release a job.</summary>
    public bool Steers(string? user, string? team) => _scope.Grants.Any(g =>
        g.Role is TrainingRole.Operator ? IsFor(g, TeamOf(team))
        : g.Role is TrainingRole.Submitter && ((User is not null && user == User) || (_options.SubmittersShareTeam && IsFor(g, TeamOf(team)))));

    /// <summary>Whether the caller sees a dataset or a model.</summary>
    /// <param name="owner">The team that owns it; null if it is shared.</param>
    public bool SeesName(string? owner) => _scope.Grants.Any(g => owner is null || IsFor(g, owner));

    /// <summary>Whether the caller may add versions and tags.</summary>
    public bool AddsTo(string? owner) => _scope.Grants.Any(g => g.Role is not TrainingRole.Viewer && (owner is null || IsFor(g, owner)));

    /// <summary>Whether the caller may delete versions and move aliases.</summary>
    public bool Rules(string? owner) => _scope.Grants.Any(g => g.Role is TrainingRole.Operator && (owner is null ? g.Team is null : IsFor(g, owner)));

    /// <summary>The teams whose audit events the caller reads; null for all.</summary>
    public IReadOnlyList<string>? AuditedTeams =>
        SeesAll ? null : [.. _scope.Grants.Where(g => g is { Role: TrainingRole.Operator, Team: not null }).Select(g => g.Team!).Distinct(StringComparer.Ordinal)];

    private bool SeesTeam(TrainingRole role) => role is TrainingRole.Viewer or TrainingRole.Operator || (role is TrainingRole.Submitter && _options.SubmittersShareTeam);

    private static bool IsFor(TrainingGrant grant, string team) => grant.Team is null || grant.Team == team;
}
