using Orca.Training.Jobs;

namespace Orca.Training;

/// <summary>Whether an attempt of an algorithm that failed is followed by another one, for requests that do not say.</summary>
public sealed class RetryOptions
{
    /// <summary>How many attempts may follow the first. Default 0.</summary>
    public int MaxRetries { get; set; }

    /// <summary>
    /// The outcomes after which it is tried again, such as <c>NonZeroExit</c>. Default empty: all but those that another attempt would most likely
    /// repeat (OutOfMemory, TimedOut, ArtifactMissing, ArtifactTooLarge, and NonZeroExit with the exit codes 2, 126 and 127, unless it is named here). Cancelled,
    /// ImageNotFound and InvalidSpec are never tried again.
    /// </summary>
    public IList<string> On { get; } = [];

    /// <summary>The pause before the second attempt; it doubles with each one. Default 10 s.</summary>
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
