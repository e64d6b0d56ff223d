namespace Orca.Training.Client;

/// <summary>What a caller may do, for one team or for all teams.</summary>
public enum TrainingRole
{
    /// <summary>Sees the team's trainings, runs, models and datasets; changes nothing.</summary>
    Viewer,

    /// <summary>
    /// Submits trainings. Sees and changes its own trainings, and those of its team with <see cref="AccessOptions.SubmittersShareTeam"/>. Sees the
    /// team's models and datasets; adds and tags datasets, and publishes models.
    /// </summary>
    Submitter,

    /// <summary>Sees and changes everything of the team; also deletes, moves aliases, and reads the audit log.</summary>
    Operator,
}

/// <summary>A role of a caller.</summary>
/// <param name="Role">The role.</param>
/// <param name="Team">The team for which it applies; null for all teams.</param>
public sealed record TrainingGrant(TrainingRole Role, string? Team = null);
