using Orca.Training.Jobs;

namespace Orca.Training.EndToEnd.Tests.Exits;

/// <summary>A row of the exit matrix: a training, what happens to it, and what is said of it in the end.</summary>
/// <param name="Name">What ends it, in words.</param>
/// <param name="Training">What is asked for.</param>
/// <param name="Outcome">The outcome's code.</param>
/// <param name="Says">A part of its sentence.</param>
internal sealed record Cause(string Name, TrainingRequest Training, OutcomeCode Outcome, string Says)
{
    /// <summary>What it meets: the ordinary service, or one to which something happens.</summary>
    public Setting Setting { get; init; }

    /// <summary>What is done to it after it was submitted, or while the host or engine is away; nothing by default.</summary>
    public Func<Scene, Task> Act { get; init; } = _ => Task.CompletedTask;

    /// <summary>When the host or engine may go; at once by default.</summary>
    public Func<Scene, Task> Before { get; init; } = _ => Task.CompletedTask;

    /// <summary>The row whose training has to succeed first; null for none.</summary>
    public string? After { get; init; }

    /// <summary>Another outcome that is as right, where it depends on what is seen first; null for none.</summary>
    public OutcomeCode? Or { get; init; }

    /// <summary>Whether it goes on until it is let go when the next host is there.</summary>
    public bool GoesOn { get; init; }

    public JobState State => Outcome == OutcomeCode.Completed ? JobState.Succeeded : Outcome == OutcomeCode.Cancelled ? JobState.Cancelled : JobState.Failed;
}

/// <summary>What happens to host and engine while the rows of a group train.</summary>
internal enum Setting
{
    /// <summary>Nothing.</summary>
    Quiet,

    /// <summary>The machine is busy with another training.</summary>
    Busy,

    /// <summary>The host, whose store is durable, is killed, and started again after the row's act.</summary>
    HostKilled,

    /// <summary>The engine is stopped and started, and its containers stay.</summary>
    EngineStopped,

    /// <summary>The engine is killed and started, and its containers stay.</summary>
    EngineKilled,

    /// <summary>The engine is stopped and started, and takes its containers with it.</summary>
    EngineStoppedWithContainers,

    /// <summary>The engine is killed and started, and takes its containers with it.</summary>
    EngineKilledWithContainers,

    /// <summary>The disk with the data is small.</summary>
    SmallDisk,
}
