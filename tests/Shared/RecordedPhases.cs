using Orca.Training.Jobs;

namespace Orca.Training.Tests.Shared;

/// <summary>What a launch reported, in order.</summary>
public sealed class RecordedPhases : IProgress<LaunchPhase>
{
    private readonly Lock _gate = new();
    private readonly List<LaunchPhase> _phases = [];

    public IReadOnlyList<LaunchPhase> All
    {
        get
        {
            lock (_gate)
            {
                return [.. _phases];
            }
        }
    }

    public void Report(LaunchPhase value)
    {
        lock (_gate)
        {
            _phases.Add(value);
        }
    }
}
