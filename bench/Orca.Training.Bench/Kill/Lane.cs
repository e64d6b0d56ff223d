using Orca.Training.Bench.Kill.Host;
using Orca.Training.Bench.Kill.Machine;

namespace Orca.Training.Bench.Kill;

/// <summary>A kind of installation that is killed: where its jobs are, how many hosts it has, and its machine.</summary>
/// <param name="Name">For the table and the findings.</param>
/// <param name="Settings">Of a new installation, by its number.</param>
/// <param name="Hosts">How many at a time.</param>
/// <param name="Witness">What says the truth about its containers.</param>
/// <param name="Mix">What is trained.</param>
/// <param name="MostOpen">How many jobs the clients have open at most.</param>
internal sealed record Lane(string Name, Func<int, HostSettings> Settings, int Hosts, IWitness Witness, TrainingMix Mix, int MostOpen)
{
    /// <summary>Whether its hosts come to a boundary at all.</summary>
    public bool Meets(Boundary boundary) => boundary.Call switch
    {
        Calls.Fetch => Settings(0).CopiesFolders,
        // The engine puts nothing off.
        _ when boundary.Call.EndsWith("Defer", StringComparison.Ordinal) => Mix.Kinds.Any(k => k.Kind == Trainings.Waits),
        _ => true,
    };
}
