namespace Orca.Training.Jobs;

/// <summary>When a failed attempt is retried.</summary>
public sealed record RetryPolicy
{
    /// <summary>Failed attempts are not retried.</summary>
    public static readonly RetryPolicy None = new();

    // An outcome that another try most likely repeats is left out of what is retried unless somebody asks for it.
    private static readonly OutcomeCode[] Default =
    [
        OutcomeCode.NonZeroExit, OutcomeCode.Killed, OutcomeCode.Stalled, OutcomeCode.ImagePullFailed, OutcomeCode.DatasetUnavailable,
        OutcomeCode.LaunchFailed, OutcomeCode.Lost, OutcomeCode.Unknown,
    ];

    // Nothing that happens by itself makes these better.
    private static readonly OutcomeCode[] Hopeless = [OutcomeCode.Cancelled, OutcomeCode.ImageNotFound, OutcomeCode.InvalidSpec, OutcomeCode.InternalError];

    // Nor these, by the words of shells and of this project's own images: a wrong parameter or wrong usage, a command that cannot be executed,
    // one that is not there. But programs use them for other things too, so a policy that names NonZeroExit has the last word.
    private static readonly int[] HopelessExits = [2, 126, 127];

    /// <summary>The maximum number of attempts after the first. Default 0.</summary>
    public int MaxRetries { get; init; }

    /// <summary>
    /// The outcomes that are retried. Empty: all except those that would most likely repeat: <see cref="OutcomeCode.OutOfMemory"/>, <see
    /// cref="OutcomeCode.TimedOut"/>, <see cref="OutcomeCode.ArtifactMissing"/>, <see cref="OutcomeCode.ArtifactTooLarge"/>, and the exit
    /// codes 2 (a wrong parameter or usage), 126 and 127 (a command that cannot be run). These exit codes are retried if <see
    /// cref="OutcomeCode.NonZeroExit"/> is in the list. A cancellation, an image that does not exist, and a request that the runtime
    /// refuses are never retried.
    /// </summary>
    public IReadOnlyList<OutcomeCode> On { get => field ?? []; init; } = [];

    /// <summary>The pause before the second attempt. It doubles with each further one. Default 10 s.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The longest pause. Default 10 min.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Whether another attempt cannot succeed after this outcome.</summary>
    public static bool IsHopeless(OutcomeCode code) => Hopeless.Contains(code);

    /// <summary>Whether an attempt with this outcome is retried.</summary>
    /// <param name="outcome">How it ended.</param>
    /// <param name="failures">The number of failed attempts of the job, including this one.</param>
    public bool Allows(Outcome outcome, int failures)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        return failures <= MaxRetries && !IsHopeless(outcome.Code) && (On.Count > 0 ? On.Contains(outcome.Code) : Default.Contains(outcome.Code) && !IsHopelessExit(outcome));
    }

    private static bool IsHopelessExit(Outcome outcome) =>
        outcome.Code == OutcomeCode.NonZeroExit && outcome.ExitCode is { } exit && HopelessExits.Contains(exit);

    /// <summary>
    /// The pause after the n-th failure of a job, with n from 1. It is between three quarters and the whole of the doubled pause, so that
    /// jobs that failed at the same time do not start again at the same time. For the same job and failure, it is always the same.
    /// </summary>
    public TimeSpan PauseAfter(JobId job, int failures)
    {
        var whole = Math.Min(FirstPause.TotalSeconds * Math.Pow(2, Math.Min(failures - 1, 30)), LongestOfPauses.TotalSeconds);
        return TimeSpan.FromSeconds(whole * (1 - (Fraction(job, failures) / 4)));
    }

    /// <summary>No pause is longer.</summary>
    internal TimeSpan LongestOfPauses => LongestPause > FirstPause ? LongestPause : FirstPause;

    /// <summary>A number in [0, 1) that looks drawn at random (Steele, Lea and Flood's SplitMix64, 2014).</summary>
    private static double Fraction(JobId job, int failures)
    {
        var mixed = unchecked(((ulong)job.Value * 0x9E3779B97F4A7C15) + (ulong)failures);
        mixed = unchecked((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9);
        mixed = unchecked((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB);
        return ((mixed ^ (mixed >> 31)) >> 11) * (1.0 / (1UL << 53));
    }
}
