using Orca.Training.Jobs;

namespace Orca.Training.Testing.Simulation;

/// <summary>What one job's training does in the simulation.</summary>
/// <param name="ExitCode">How its attempts end by themselves.</param>
/// <param name="IsOutOfMemory">Whether that is for lack of memory.</param>
/// <param name="Deferrals">How often its start is put off first.</param>
/// <param name="CannotStart">Whether it can never be started.</param>
/// <param name="Failures">How many attempts fail before one does as is said here.</param>
/// <param name="Hangs">Whether it never ends by itself.</param>
internal sealed record SimulatedTraining(int ExitCode, bool IsOutOfMemory = false, int Deferrals = 0, bool CannotStart = false, int Failures = 0, bool Hangs = false)
{
    /// <summary>What the attempt's container ends with.</summary>
    public int ExitCodeOf(int attempt) => attempt <= Failures ? 1 : ExitCode;

    /// <summary>How an attempt that nobody disturbs ends.</summary>
    public OutcomeCode OutcomeOf(int attempt) =>
        CannotStart ? OutcomeCode.ImageNotFound
        : ExitCodeOf(attempt) == 0 ? OutcomeCode.Completed
        : attempt > Failures && IsOutOfMemory ? OutcomeCode.OutOfMemory
        : OutcomeCode.NonZeroExit;
}
