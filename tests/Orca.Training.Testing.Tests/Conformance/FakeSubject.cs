using System.Collections.Concurrent;
using Orca.Training.Jobs;
using Orca.Training.Machines;
using Orca.Training.Testing.Conformance.Runtimes;

namespace Orca.Training.Testing.Tests.Conformance;

/// <summary>The fake runtime for the suite, whose containers do what a case's script says without a shell.</summary>
internal sealed class FakeSubject : RuntimeSubject
{
    private readonly FakeContainerRuntime _machine = new(TimeProvider.System);
    private readonly ConcurrentDictionary<AttemptName, ContainerScript> _scripts = new();
    private readonly Func<FakeContainerRuntime, IContainerRuntime> _open;

    /// <param name="open">What stands between the suite and the fake; it is asked again for a host that restarts.</param>
    public FakeSubject(Func<FakeContainerRuntime, IContainerRuntime>? open = null)
    {
        _open = open ?? (machine => machine);
        _machine.Script(Play);
        Runtime = _open(_machine);
    }

    public override IContainerRuntime Runtime { get; }

    public override IContainerRuntime Reopen() => _open(_machine);

    public override AttemptSpec Spec(AttemptName name, string application, ContainerScript script)
    {
        _scripts[name] = script;
        return new AttemptSpec { Name = name, Application = application, Image = "fake", Environment = new Dictionary<string, string>(StringComparer.Ordinal) };
    }

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private FakeTraining Play(AttemptSpec spec) => spec.Image == MissingImage
        ? FakeTraining.FailsToStart(OutcomeCode.ImageNotFound, $"There is no image '{spec.Image}'.")
        : _scripts[spec.Name].Steps.Aggregate(FakeTraining.Succeeds, (training, step) => step switch
        {
            ScriptStep.Print { Stream: OutputStream.Error, Line: var line } => training.PrintsError(line),
            ScriptStep.Print { Line: var line } => training.Prints(line),
            ScriptStep.PrintVariable { Name: var name } => spec.Environment[name].Split('\n').Aggregate(training, (t, line) => t.Prints(line)),
            ScriptStep.Exit { Code: var code } => training.ExitsWith(code),
            ScriptStep.RunUntilStopped { ExitCode: var code, LastLine: var line } => training.RunsFor(TimeSpan.FromDays(1)).EndsOnStopWith(code, line),
            ScriptStep.RunUntilKilled => training.RunsFor(TimeSpan.FromDays(1)).IgnoringStop(),
            ScriptStep.EatMemory => training.RunsOutOfMemory(),
            _ => throw new InvalidOperationException($"the fake does not {step.GetType().Name}"),
        });
}
