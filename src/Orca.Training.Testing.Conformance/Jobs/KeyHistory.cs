using Orca.Training.Jobs;
using static System.FormattableString;

namespace Orca.Training.Testing.Conformance.Jobs;

/// <summary>What many callers at once were told of one idempotency key: the first submission with it makes its job, and all others get that.</summary>
internal sealed class KeyHistory(string key)
{
    private readonly CallHistory<JobId?> _calls = new($"the key '{key}'", null, static job => Invariant($"{job?.Value}"));

    /// <summary>The key.</summary>
    public string Key => key;

    /// <summary>A submission with the key and what became of it.</summary>
    public void Add(long asked, long answered, Rejection rejection, JobId told) =>
        _calls.Add(asked, answered, $"a submission → {rejection}, job {told}", job => job is null
            ? (rejection is Rejection.None, told)
            : (rejection is Rejection.KeyInUse && job == told, job));

    /// <summary>A look for the key's job.</summary>
    public void Add(long asked, long answered, JobId? found) => _calls.Add(asked, answered, $"FindByKeyAsync → {found}", job => (job == found, job));

    /// <inheritdoc cref="CallHistory{T}.Contradiction" />
    public string? Contradiction() => _calls.Contradiction();
}
