namespace Orca.Training.Client;

/// <summary>
/// Who may do what: the section <c>OrcaTraining:Access</c> of the configuration, read when the host starts. Without any roles every caller whom
/// the host lets in is an operator of all teams.
/// </summary>
public sealed class AccessOptions
{
    /// <summary>
    /// The claim that says who a caller is, together with its issuer. It has to be one that nobody can choose for himself. A caller without it is
    /// refused. Default: <c>sub</c>, or else the name identifier, or else the identity's name.
    /// </summary>
    public string? UserClaim { get; set; }

    /// <summary>
    /// Which claims give which roles, each entry under a name of the host's choice. A caller has the roles of all entries that fit; who could submit
    /// for several teams submits for that of the entry whose name comes first.
    /// </summary>
    public IDictionary<string, AccessRoleOptions> Roles { get; } = new Dictionary<string, AccessRoleOptions>(StringComparer.Ordinal);

    /// <summary>The role, for all teams, of a caller to whom no entry of the roles fits. Default: operator where there are no roles, else none.</summary>
    public TrainingRole? DefaultRole { get; set; }

    /// <summary>
    /// The team of trainings that have none on record, such as those from before there were teams. Default <c>default</c>.
    /// </summary>
    public string DefaultTeam { get; set; } = "default";

    /// <summary>Whether submitters see and steer all trainings of their team, and not only their own. Default off.</summary>
    public bool SubmittersShareTeam { get; set; }

    /// <summary>Requests of one caller in a second, on each host; up to ten times as many at once after a pause. 0 for no limit. Default 100.</summary>
    public int RequestsPerSecond { get; set; } = 100;

    /// <summary>Streams of one caller that are open at once, on each host: watches, logs, downloads and uploads. 0 for no limit. Default 100.</summary>
    public int OpenStreams { get; set; } = 100;

    /// <summary>Trainings of one caller that are queued at once. 0 for no limit. Default 10,000.</summary>
    public int QueuedTrainings { get; set; } = 10_000;

    /// <summary>MiB that one caller's uploads under way may have sent together, on each host. 0 for no limit. Default 204,800, which is 200 GiB.</summary>
    public int UploadMiB { get; set; } = 204_800;

    /// <summary>How long it is kept who did what. Default 400 days.</summary>
    public TimeSpan KeepAudit { get; set; } = TimeSpan.FromDays(400);
}

/// <summary>A role, and the claim that gives it.</summary>
public sealed class AccessRoleOptions
{
    /// <summary>The type of the claim, such as <c>groups</c>. Required.</summary>
    public string Claim { get; set; } = "";

    /// <summary>The value that the claim has to have; case counts. Default: any.</summary>
    public string Value { get; set; } = "";

    /// <summary>The role that it gives: Viewer, Submitter or Operator. Required.</summary>
    public TrainingRole? Role { get; set; }

    /// <summary>For which team. Default: for all of them.</summary>
    public string? Team { get; set; }
}
