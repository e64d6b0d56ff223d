using System.Collections.Immutable;
using Orca.Training.Jobs;
using Orca.Training.Machines;

namespace Orca.Training.Testing;

/// <summary>What a container does on a <see cref="FakeContainerRuntime"/>. Immutable: each call gives a new one.</summary>
public sealed record FakeTraining
{
    private FakeTraining()
    {
    }

    /// <summary>Starts, writes nothing and completes at once.</summary>
    public static FakeTraining Succeeds { get; } = new();

    /// <summary>Starts, and never ends by itself.</summary>
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

    /// <summary>The start is put off: there is no room after all.</summary>
    public static FakeTraining IsDeferred(string reason) => new() { Start = new FakeStart.Answers(new StartResult.Deferred(reason)) };

    /// <summary>The start fails for good.</summary>
    public static FakeTraining FailsToStart(OutcomeCode code, string message) =>
        new() { Start = new FakeStart.Answers(new StartResult.Failed(new Outcome(code, message))) };

    /// <summary>The start throws: whether it had an effect is not known.</summary>
    public static FakeTraining ThrowsAtStart(Exception error) => new() { Start = new FakeStart.Throws(error) };

    /// <summary>The start never answers.</summary>
    public static FakeTraining HangsAtStart() => new() { Start = new FakeStart.Hangs() };

    /// <summary>It runs for this long.</summary>
    public FakeTraining RunsFor(TimeSpan duration) => this with { Duration = duration };

    /// <summary>The start takes this long.</summary>
    public FakeTraining StartsWithin(TimeSpan duration) => this with { Start = new FakeStart.Runs(duration) };

    /// <summary>It ends with this exit code.</summary>
    public FakeTraining ExitsWith(int exitCode) => this with { ExitCode = exitCode };

    /// <summary>The kernel kills it for lack of memory.</summary>
    public FakeTraining RunsOutOfMemory() => this with { ExitCode = 137, OutOfMemory = true };

    /// <summary>It writes a line to its standard output, a time after its start.</summary>
    public FakeTraining Prints(string line, TimeSpan after = default) => this with { Lines = Lines.Add((after, OutputStream.Standard, line)) };

    /// <summary>It writes a line to its standard error, a time after its start.</summary>
    public FakeTraining PrintsError(string line, TimeSpan after = default) => this with { Lines = Lines.Add((after, OutputStream.Error, line)) };

    /// <summary>It leaves a file in its output folder.</summary>
    public FakeTraining Leaves(string name, byte[] content) => this with { Files = Files.Add((name, content)) };

    /// <summary>It ends with this exit code when it is asked to stop, after a last line where one is given; otherwise that is 143, as of a program without a handler.</summary>
    public FakeTraining EndsOnStopWith(int exitCode, string? lastLine = null) => this with { StopExitCode = exitCode, StopLine = lastLine };

    /// <summary>It does not end on SIGTERM, only when it is killed after the grace.</summary>
    public FakeTraining IgnoringStop() => this with { IgnoresStop = true };

    /// <summary>The runtime tells nobody of its start and end; only a listing shows them.</summary>
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
