using Orca.Training.Jobs;

namespace Orca.Training;

/// <summary>Whether a failed attempt is retried, for requests that do not set it.</summary>
public sealed class RetryOptions
{
    /// <summary>The maximum number of attempts after the first. Default 0.</summary>
    public int MaxRetries { get; set; }

    /// <summary>
    /// The outcomes that are retried, such as <c>NonZeroExit</c>. Default empty: all except those that would most likely repeat
    /// (OutOfMemory, TimedOut, ArtifactMissing, ArtifactTooLarge, and NonZeroExit with the exit codes 2, 126 and 127). Cancelled,
    /// ImageNotFound and InvalidSpec are never retried.
    /// </summary>
    public IList<string> On { get; } = [];

    /// <summary>The pause before the first retry. It doubles with each one. Default 10 s.</summary>
    public TimeSpan FirstPause { get; set; } = RetryPolicy.None.FirstPause;

    /// <summary>The longest pause. Default 10 min.</summary>
    public TimeSpan LongestPause { get; set; } = RetryPolicy.None.LongestPause;

    internal RetryPolicy? ForRequests => MaxRetries == 0 ? null : new RetryPolicy
    {
        MaxRetries = MaxRetries,
        On = [.. On.Select(name => new OutcomeCode(name))],
        FirstPause = FirstPause,
        LongestPause = LongestPause,
    };
}
