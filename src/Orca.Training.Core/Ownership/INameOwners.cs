namespace Orca.Training.Ownership;

/// <summary>What a name is of.</summary>
internal enum NameKind
{
    /// <summary>A dataset's id.</summary>
    Dataset,

    /// <summary>A model's name.</summary>
    Model,
}

/// <summary>
/// Which datasets and models are one team's. A name is the team's that was the first to use it, for good; all others, those from before there were teams
/// among them, belong to all. Thread-safe.
/// </summary>
internal interface INameOwners
{
    /// <summary>The team that a name belongs to; null for all.</summary>
    ValueTask<string?> FindAsync(NameKind kind, string name, CancellationToken cancellationToken);

    /// <summary>All names that belong to a team.</summary>
    ValueTask<IReadOnlyDictionary<string, string>> ListAsync(NameKind kind, CancellationToken cancellationToken);

    /// <summary>Gives a name to a team, if it belongs to none.</summary>
    /// <returns>Whether it was given now.</returns>
    ValueTask<bool> ClaimAsync(NameKind kind, string name, string team, CancellationToken cancellationToken);
}
