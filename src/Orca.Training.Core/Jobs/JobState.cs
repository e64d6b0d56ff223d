using System.Text.Json.Serialization;

namespace Orca.Training.Jobs;

/// <summary>Where a job stands. It is in exactly one state at every moment, for every reader. In JSON it is its name.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<JobState>))]
public enum JobState
{
    /// <summary>Accepted and waiting for room.</summary>
    Queued,

    /// <summary>An attempt is on record and its containers are being made.</summary>
    Launching,

    /// <summary>The attempt's containers run.</summary>
    Running,

    /// <summary>Final: an attempt completed and its results are published.</summary>
    Succeeded,

    /// <summary>Final: no attempt completed; the job's outcome says why.</summary>
    Failed,

    /// <summary>Final: ended on request before it could complete.</summary>
    Cancelled,
}

/// <summary>What follows from a <see cref="JobState"/> alone.</summary>
public static class JobStates
{
    /// <summary>Whether a job in this state never changes again.</summary>
    public static bool IsFinal(this JobState state) => state >= JobState.Succeeded;
}
