using System.Collections.Immutable;
using Orca.Training.Jobs;
using Orca.Training.Machines;

namespace Orca.Training.Testing;

/// <summary>The behaviour of a container on a <see cref="FakeContainerRuntime"/>. Immutable: each call returns a changed copy.</summary>
public sealed record FakeTraining
{
    private FakeTraining()
    {
    }

    /// <summary>Starts, prints nothing, and ends immediately with exit code 0.</summary>
    public static FakeTraining Succeeds { get; } = new();

    /// <summary>Starts and never ends.</summary>
    public static FakeTraining Hangs { get; } = new() { Duration = null };

    internal TimeSpan? Duration { get; private init; } = TimeSpan.Zero;

    internal int ExitCode { get; private init; }

    internal bool OutOfMemory { get; private init; }

    internal bool IgnoresStop { get; private init; }

    internal int StopExitCode { get; private init; } = 143;

    internal string? StopLine { get; private init; }

    internal bool LosesEvents { get; private init; }

    internal FakeStart Start { get; private init; } = new FakeStart.Runs(TimeSpan.Zero);

    internal ImmutableArray<(TimeSpan After, OutputStream Stream, string Text)> Lines { get; private init; } = [];

    internal ImmutableArray<(string Name, byte[] Content)> Files { get; private init; } = [];

    /// <summary>The start is deferred: the machine has no capacity.</summary>
    public static FakeTraining IsDeferred(string reason) => new() { Start = new FakeStart.Answers(new StartResult.Deferred(reason)) };

    /// <summary>The start fails permanently.</summary>
    public static FakeTraining FailsToStart(OutcomeCode code, string message) =>
        new() { Start = new FakeStart.Answers(new StartResult.Failed(new Outcome(code, message))) };

    /// <summary>The start throws, and its effect is not known.</summary>
    public static FakeTraining ThrowsAtStart(Exception error) => new() { Start = new FakeStart.Throws(error) };

    /// <summary>The call that starts it never returns.</summary>
    public static FakeTraining HangsAtStart() => new() { Start = new FakeStart.Hangs() };

    /// <summary>Runs for this time.</summary>
    public FakeTraining RunsFor(TimeSpan duration) => this with { Duration = duration };

    /// <summary>Takes this time to start.</summary>
    public FakeTraining StartsWithin(TimeSpan duration) => this with { Start = new FakeStart.Runs(duration) };

    /// <summary>Ends with this exit code.</summary>
    public FakeTraining ExitsWith(int exitCode) => this with { ExitCode = exitCode };

    /// <summary>Is killed by the kernel because it uses too much memory.</summary>
    public FakeTraining RunsOutOfMemory() => this with { ExitCode = 137, OutOfMemory = true };

    /// <summary>Prints a line to standard output, this time after its start.</summary>
    public FakeTraining Prints(string line, TimeSpan after = default) => this with { Lines = Lines.Add((after, OutputStream.Standard, line)) };

    /// <summary>Prints a line to standard error, this time after its start.</summary>
    public FakeTraining PrintsError(string line, TimeSpan after = default) => this with { Lines = Lines.Add((after, OutputStream.Error, line)) };

    /// <summary>Leaves a file in its output folder.</summary>
    public FakeTraining Leaves(string name, byte[] content) => this with { Files = Files.Add((name, content)) };

    /// <summary>Ends with this exit code when it is asked to stop, after a last line if one is given. Without this call the exit code is 143, as for a program without a handler.</summary>
    public FakeTraining EndsOnStopWith(int exitCode, string? lastLine = null) => this with { StopExitCode = exitCode, StopLine = lastLine };

    /// <summary>Ignores SIGTERM, and ends when it is killed after the grace period.</summary>
    public FakeTraining IgnoringStop() => this with { IgnoresStop = true };

    /// <summary>Its start and end cause no event; only a listing shows them.</summary>
    public FakeTraining LosingEvents() => this with { LosesEvents = true };
}

/// <summary>How a start goes.</summary>
internal abstract record FakeStart
{
    public sealed record Runs(TimeSpan After) : FakeStart;

    public sealed record Answers(StartResult Result) : FakeStart;

    public sealed record Throws(Exception Error) : FakeStart;

    public sealed record Hangs : FakeStart;
}
