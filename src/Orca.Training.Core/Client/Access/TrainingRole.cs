namespace Orca.Training.Client;

/// <summary>What a caller is, for all teams or for one.</summary>
public enum TrainingRole
{
    /// <summary>Sees the team's trainings, runs, models and datasets, and changes nothing.</summary>
    Viewer,

    /// <summary>
    /// Submits trainings; sees and steers those of its own, and those of its team where <see cref="AccessOptions.SubmittersShareTeam"/> says so.
    /// Sees the team's models and datasets; adds and tags datasets, and publishes models.
    /// </summary>
    Submitter,

    /// <summary>Sees and steers all that is the team's; also deletes, moves aliases, and reads the audit.</summary>
    Operator,
}

/// <summary>A role of a caller.</summary>
/// <param name="Role">The role.</param>
/// <param name="Team">For which team; null for all of them.</param>
public sealed record TrainingGrant(TrainingRole Role, string? Team = null);
