using Orca.Training.Access;
using Orca.Training.Artifacts;
using Orca.Training.Jobs;

namespace Orca.Training.Tests.Tracking;

/// <summary>An artifact store behind a network, for trainings that leave nothing.</summary>
internal sealed class NetworkArtifacts : IArtifactStore
{
    public bool IsShared => true;

    public bool IsOnHost => false;

    public Task<AttemptPlaces> PrepareAsync(AttemptName attempt, CancellationToken cancellationToken) =>
        Task.FromResult(new AttemptPlaces(OutputOf(attempt), new Uri($"s3://runs/here/{attempt.Attempt.Job}/checkpoint")));

    public Task<IReadOnlyList<Artifact>> CollectAsync(AttemptName attempt, IReadOnlyList<AnnouncedArtifact> announced, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<Artifact>>([]);

    public Task<Stream> OpenAsync(Artifact artifact, long offset, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Uri OutputOf(AttemptName attempt) => new(FormattableString.Invariant($"s3://runs/here/{attempt.Attempt.Job}/{attempt.Attempt.Number}/output"));

    public Task RemoveAsync(InstallationId installation, JobId job, int? exceptAttempt, CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <summary>Grants whatever is asked of it, unless it is told to fail, and notes when.</summary>
internal sealed class FakeAccess(TimeProvider time) : IPlaceAccess
{
    public static readonly TimeSpan Period = TimeSpan.FromMinutes(40);

    public TimeSpan RenewalPeriod => Period;

    /// <summary>The grants asked for.</summary>
    public List<AttemptAccess> Grants { get; } = [];

    /// <summary>The renewals asked for, failed ones included.</summary>
    public List<(JobId Job, DateTimeOffset At)> Renewals { get; } = [];

    /// <summary>Whether a grant fails; asked before each.</summary>
    public Func<AttemptAccess, bool> GrantFails { get; set; } = _ => false;

    /// <summary>Whether a renewal fails; asked before each.</summary>
    public Func<AttemptAccess, bool> RenewalFails { get; set; } = _ => false;

    public ValueTask<AccessGrant> GrantAsync(AttemptAccess access, CancellationToken cancellationToken)
    {
        if (GrantFails(access))
        {
            throw new IOException("The server of the bucket 'runs' does not answer.");
        }

        Grants.Add(access);
        return ValueTask.FromResult(new AccessGrant(new Dictionary<string, string> { ["AWS_ACCESS_KEY_ID"] = "own" }, time.GetUtcNow() + (2 * Period)));
    }

    public ValueTask RenewAsync(AttemptAccess access, CancellationToken cancellationToken)
    {
        Renewals.Add((access.Attempt.Attempt.Job, time.GetUtcNow()));
        return RenewalFails(access) ? throw new IOException("The server of the bucket 'runs' does not answer.") : ValueTask.CompletedTask;
    }
}
