namespace Orca.Training.Client;

/// <summary>
/// Roles and limits of callers: the section <c>OrcaTraining:Access</c> of the configuration, read when the host starts. Without roles, every
/// caller is an operator of all teams.
/// </summary>
public sealed class AccessOptions
{
    /// <summary>
    /// The claim that identifies a caller, together with its issuer. Users must not be able to choose its value. A caller without it is refused.
    /// Default: <c>sub</c>, or else the name identifier, or else the name of the identity.
    /// </summary>
    public string? UserClaim { get; set; }

    /// <summary>
    /// The claims that give roles; each entry has a name of your choice. A caller has the roles of all matching entries. A caller who may submit
    /// for several teams submits for the team of the entry whose name sorts first.
    /// </summary>
    public IDictionary<string, AccessRoleOptions> Roles { get; } = new Dictionary<string, AccessRoleOptions>(StringComparer.Ordinal);

    /// <summary>
    /// The role, for all teams, of a caller without a matching entry. Default: Operator if there are no roles, else none.
    /// </summary>
    public TrainingRole? DefaultRole { get; set; }

    /// <summary>
    /// The team of trainings that have no team, such as those from earlier versions. Default <c>default</c>.
    /// </summary>
    public string DefaultTeam { get; set; } = "default";

    /// <summary>Whether submitters see and change all trainings of their team, not only their own. Default off.</summary>
    public bool SubmittersShareTeam { get; set; }

    /// <summary>
    /// Requests per second of one caller on each host; up to ten times as many after a pause. 0 for no limit. Default 100.
    /// </summary>
    public int RequestsPerSecond { get; set; } = 100;

    /// <summary>Concurrent streams of one caller on each host: watches, logs, downloads and uploads. 0 for no limit. Default 100.</summary>
    public int OpenStreams { get; set; } = 100;

    /// <summary>Queued trainings of one caller. 0 for no limit. Default 10,000.</summary>
    public int QueuedTrainings { get; set; } = 10_000;

    /// <summary>
    /// Total size of one caller's running uploads on each host, in MiB. 0 for no limit. Default 204,800, which is 200 GiB.
    /// </summary>
    public int UploadMiB { get; set; } = 204_800;

    /// <summary>How long audit events are kept. Default 400 days.</summary>
    public TimeSpan KeepAudit { get; set; } = TimeSpan.FromDays(400);
}

/// <summary>A role, and the claim that gives it.</summary>
public sealed class AccessRoleOptions
{
    /// <summary>The type of the claim, such as <c>groups</c>. Required.</summary>
    public string Claim { get; set; } = "";

    /// <summary>The value that the claim must have; case-sensitive. Default: any value.</summary>
    public string Value { get; set; } = "";

    /// <summary>The role: Viewer, Submitter or Operator. Required.</summary>
    public TrainingRole? Role { get; set; }

    /// <summary>The team for which the role applies. Default: all teams.</summary>
    public string? Team { get; set; }
}
