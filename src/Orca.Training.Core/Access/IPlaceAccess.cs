using Orca.Training.Artifacts;
using Orca.Training.Jobs;

namespace Orca.Training.Access;

/// <summary>
/// Gives the containers of one attempt access to their data on a server, for a limited time. It is not used if all data is in folders of
/// the host. Thread-safe.
/// </summary>
public interface IPlaceAccess
{
    /// <summary>How often a grant must be renewed while the attempt runs. It is well below the lifetime of a grant.</summary>
    TimeSpan RenewalPeriod { get; }

    /// <summary>Grants an attempt access to its own places, before its containers start. Each call creates a new grant.</summary>
    /// <exception cref="IOException">Access cannot be granted now. The message says where and why, and contains no secret.</exception>
    ValueTask<AccessGrant> GrantAsync(AttemptAccess access, CancellationToken cancellationToken);

    /// <summary>Renews the grant of running containers, which find the new one as described in the first grant.</summary>
    /// <exception cref="IOException">The grant cannot be renewed now. The current one is valid until it expires.</exception>
    ValueTask RenewAsync(AttemptAccess access, CancellationToken cancellationToken);
}

/// <summary>The places that an attempt may access.</summary>
/// <param name="Attempt">The attempt.</param>
/// <param name="Places">The places that it may write: its own output, and the checkpoint of its job, which it may also read.</param>
public sealed record AttemptAccess(AttemptName Attempt, AttemptPlaces Places)
{
    /// <summary>The snapshot that it reads. Null if the machine provides it as a folder.</summary>
    public Uri? Data { get; init; }

    /// <summary>The model that it reads. Null if there is none, or if the machine provides it as a folder.</summary>
    public Uri? Model { get; init; }

    /// <summary>The model's files.</summary>
    public IReadOnlyList<Artifact> ModelFiles { get; init; } = [];
}

/// <summary>The access of an attempt to its places.</summary>
/// <param name="Environment">
/// Variables for its containers. Their values can be secrets that are valid for the places of this attempt only.
/// </param>
/// <param name="ExpiresAt">When it expires unless it is renewed.</param>
public sealed record AccessGrant(IReadOnlyDictionary<string, string> Environment, DateTimeOffset ExpiresAt)
{
    /// <summary>Returns a text without the values, because they are secrets.</summary>
    public override string ToString() => $"{nameof(AccessGrant)} of {Environment.Count} variables until {ExpiresAt:u}";
}
