using System.Text.Json.Serialization;

namespace Orca.Training.Jobs;

/// <summary>One execution of a job, as recorded.</summary>
public sealed record Attempt
{
    private readonly Moment _createdAt;
    private readonly Moment _startedAt;
    private readonly Moment _endedAt;

    /// <summary>Counted from 1; never reused within the job.</summary>
    public required int Number { get; init; }

    /// <summary>The name of the machine it was placed on.</summary>
    public required string Machine { get; init; }

    /// <summary>When it was recorded, which is before its containers are created.</summary>
    public required DateTimeOffset CreatedAt
    {
        get => _createdAt.Value ?? default;
        init => _createdAt = new Moment(value);
    }

    /// <summary>When its containers were seen running.</summary>
    public DateTimeOffset? StartedAt
    {
        get => _startedAt.Value;
        init => _startedAt = new Moment(value);
    }

    /// <summary>When its end was recorded.</summary>
    public DateTimeOffset? EndedAt
    {
        get => _endedAt.Value;
        init => _endedAt = new Moment(value);
    }

    /// <summary>The runtime's id of the container of each rank (container id, pod UID), in rank order. Empty before the start.</summary>
    public IReadOnlyList<string> Incarnations { get; init; } = [];

    /// <summary>What its containers execute. Null before the start, or if the runtime does not report it.</summary>
    public Execution? Execution { get; init; }

    /// <summary>What each of its containers was given; null in records that do not say.</summary>
    [JsonInclude]
    internal Grant? Given { get; init; }

    /// <summary>How it ended. Null until then.</summary>
    public Outcome? Outcome { get; init; }
}
