namespace Orca.Training.Testing.Simulation;

/// <summary>An invariant does not hold. The message has the seed, which replays the run exactly, and the last steps before it.</summary>
internal sealed class SimulationFailure(string rule, int seed, string trace)
    : Exception($"{rule}\nSeed {seed}; the last steps:\n{trace}")
{
    /// <summary>The invariant, in words.</summary>
    public string Rule { get; } = rule;

    /// <summary>What replays the run.</summary>
    public int Seed { get; } = seed;

    /// <summary>The last steps.</summary>
    public string Trace { get; } = trace;
}
