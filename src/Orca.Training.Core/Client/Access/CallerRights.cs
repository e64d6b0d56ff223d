using Orca.Training.Jobs;

namespace Orca.Training.Client;

/// <summary>What follows from a scope, for each question that is asked of it. Pure.</summary>
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

    /// <summary>Who it is.</summary>
    public string? User => _scope.User;

    /// <summary>The team of what the caller submits and adds; null for none in particular.</summary>
    public string? Team { get; }

    /// <summary>Whether nothing is hidden from the caller, or refused.</summary>
    public bool SeesAll { get; }

    /// <summary>Whose jobs the caller sees; null for everybody's.</summary>
    public JobOwners? Owners { get; }

    /// <summary>The team that a job belongs to, also where it has none on record.</summary>
    public string TeamOf(string? recorded) => recorded ?? _options.DefaultTeam;

    /// <summary>Whether there is anything for which the caller may do that.</summary>
    public bool May(Permission permission) => _scope.Grants.Any(g => permission switch
    {
        Permission.Read => true,
        Permission.Submit or Permission.Add => g.Role is not TrainingRole.Viewer,
        _ => g.Role is TrainingRole.Operator,
    });

    public bool Sees(string? user, string? team) => Owners?.Have(user, team) is not false;

    /// <summary>Whether the caller may cancel, hold and release a job.</summary>
    public bool Steers(string? user, string? team) => _scope.Grants.Any(g =>
        g.Role is TrainingRole.Operator ? IsFor(g, TeamOf(team))
        : g.Role is TrainingRole.Submitter && ((User is not null && user == User) || (_options.SubmittersShareTeam && IsFor(g, TeamOf(team)))));

    /// <summary>Whether the caller sees a dataset or a model.</summary>
    /// <param name="owner">The team that it belongs to; null for all.</param>
    public bool SeesName(string? owner) => _scope.Grants.Any(g => owner is null || IsFor(g, owner));

    /// <summary>Whether the caller may add versions to it, and tags.</summary>
    public bool AddsTo(string? owner) => _scope.Grants.Any(g => g.Role is not TrainingRole.Viewer && (owner is null || IsFor(g, owner)));

    /// <summary>Whether the caller may delete its versions and move its aliases.</summary>
    public bool Rules(string? owner) => _scope.Grants.Any(g => g.Role is TrainingRole.Operator && (owner is null ? g.Team is null : IsFor(g, owner)));

    /// <summary>Whose events the caller reads; null for everybody's.</summary>
    public IReadOnlyList<string>? AuditedTeams =>
        SeesAll ? null : [.. _scope.Grants.Where(g => g is { Role: TrainingRole.Operator, Team: not null }).Select(g => g.Team!).Distinct(StringComparer.Ordinal)];

    private bool SeesTeam(TrainingRole role) => role is TrainingRole.Viewer or TrainingRole.Operator || (role is TrainingRole.Submitter && _options.SubmittersShareTeam);

    private static bool IsFor(TrainingGrant grant, string team) => grant.Team is null || grant.Team == team;
}
