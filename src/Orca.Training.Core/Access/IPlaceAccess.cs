using Orca.Training.Artifacts;
using Orca.Training.Jobs;

namespace Orca.Training.Access;

/// <summary>
/// Opens places that lie behind a network to one attempt's containers, and to them alone, for a time. Where all places are folders of the
/// host there is none. Thread-safe.
/// </summary>
public interface IPlaceAccess
{
    /// <summary>How often what was granted has to be renewed while the attempt is under way; each time comes well before it expires.</summary>
    TimeSpan RenewalPeriod { get; }

    /// <summary>Grants an attempt access to its own places, for the containers that are about to start. Asked again, it grants anew.</summary>
    /// <exception cref="IOException">It cannot be granted now: the sentence says where and why, and holds no secret.</exception>
    ValueTask<AccessGrant> GrantAsync(AttemptAccess access, CancellationToken cancellationToken);

    /// <summary>Grants anew to containers that run, in the way in which the first grant told them to look for it.</summary>
    /// <exception cref="IOException">It cannot be granted now; what was granted before holds until it expires.</exception>
    ValueTask RenewAsync(AttemptAccess access, CancellationToken cancellationToken);
}

/// <summary>What an attempt may reach: nothing but this.</summary>
/// <param name="Attempt">The attempt.</param>
/// <param name="Places">Where it writes: its own output, and its job's checkpoint, which it may also read.</param>
public sealed record AttemptAccess(AttemptName Attempt, AttemptPlaces Places)
{
    /// <summary>The snapshot that it reads; null where the machine gives it as a folder.</summary>
    public Uri? Data { get; init; }

    /// <summary>The model that it reads; null where it has none, or the machine gives it as a folder.</summary>
    public Uri? Model { get; init; }

    /// <summary>The model's files.</summary>
    public IReadOnlyList<Artifact> ModelFiles { get; init; } = [];
}

/// <summary>What opens an attempt's places.</summary>
/// <param name="Environment">Variables for its containers; their values may be secrets that reach this attempt's places only.</param>
/// <param name="ExpiresAt">When it ends unless it is renewed.</param>
public sealed record AccessGrant(IReadOnlyDictionary<string, string> Environment, DateTimeOffset ExpiresAt)
{
    /// <summary>Without the values: they are secrets.</summary>
    public override string ToString() => $"{nameof(AccessGrant)} of {Environment.Count} variables until {ExpiresAt:u}";
}
