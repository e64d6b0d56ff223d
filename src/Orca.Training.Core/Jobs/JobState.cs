using System.Text.Json.Serialization;

namespace Orca.Training.Jobs;

/// <summary>The state of a job. At every moment, every reader sees exactly one state. In JSON it is the name.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<JobState>))]
public enum JobState
{
    /// <summary>Accepted and waiting.</summary>
    Queued,

    /// <summary>An attempt is stored, and its containers are being created.</summary>
    Launching,

    /// <summary>The attempt's containers run.</summary>
    Running,

    /// <summary>Final: an attempt completed and its results are published.</summary>
    Succeeded,

    /// <summary>Final: no attempt completed; the job's outcome says why.</summary>
    Failed,

    /// <summary>Final: ended on request before it completed.</summary>
    Cancelled,
}

/// <summary>Methods of <see cref="JobState"/>.</summary>
public static class JobStates
{
    /// <summary>Whether a job in this state never changes again.</summary>
    public static bool IsFinal(this JobState state) => state >= JobState.Succeeded;
}
