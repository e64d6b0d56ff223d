using Orca.Training.Jobs;
using Orca.Training.Metrics;

namespace Orca.Training.Progress;

/// <summary>What a line of a training's output says.</summary>
internal abstract record OutputEvent
{
    private OutputEvent()
    {
    }

    /// <summary>Nothing but text; the line itself has it.</summary>
    public static readonly OutputEvent Text = new Log();

    /// <summary>It leaves a file whose name none may have.</summary>
    public static readonly OutputEvent NoArtifact = new Refused();

    /// <summary>The present value of each metric on the line; none if there is no number on it.</summary>
    /// <param name="Values">By name.</param>
    /// <param name="LeftOut">How many values have a name that none may have.</param>
    public sealed record Metric(MetricValues Values, int LeftOut = 0) : OutputEvent;

    /// <summary>How far it is.</summary>
    /// <param name="Done">Units done, 0 or more.</param>
    /// <param name="Total">Units in all, more than 0.</param>
    public sealed record Progress(double Done, double Total) : OutputEvent;

    /// <summary>It leaves a file.</summary>
    public sealed record Artifact(AnnouncedArtifact Announced) : OutputEvent;

    private sealed record Log : OutputEvent;

    private sealed record Refused : OutputEvent;
}
