using Orca.Training.Jobs;

namespace Orca.Training.Bench.Kill;

/// <summary>What a client did and was told about one job. Changed by the load alone, under its lock.</summary>
internal sealed class Submission(string name, string kind, bool hasKey)
{
    /// <summary>Drawn for this submission alone, so that its job is found also when the answer was lost.</summary>
    public string Name { get; } = name;

    public string Kind { get; } = kind;

    /// <summary>Whether it carries its name as its key, and so can be made again.</summary>
    public bool HasKey { get; } = hasKey;

    public TrainingRequest? Request { get; set; }

    /// <summary>The answer; null if there was none, when the job may be on record or not.</summary>
    public JobId? Job { get; set; }

    /// <summary>Whether anybody asked for it to be cancelled, answered or not.</summary>
    public bool IsCancelAsked { get; set; }

    /// <summary>The final state that a client was told.</summary>
    public JobState? Final { get; set; }
}
