namespace Orca.Training.Tracking;

/// <summary>Which listings of which machines are under way: at most one a machine, and one more if it was asked for meanwhile.</summary>
internal sealed class Listings(IReadOnlyList<string> machines)
{
    private readonly Dictionary<string, Asked> _asked = machines.ToDictionary(m => m, _ => default(Asked));

    /// <summary>The number of the newest listing; each one that is asked for later has a greater one.</summary>
    public long Last { get; private set; }

    public void AskAll(List<TrackerEffect> effects)
    {
        foreach (var machine in machines)
        {
            Ask(machine, effects);
        }
    }

    public void Ask(string machine, List<TrackerEffect> effects)
    {
        if (!_asked.TryGetValue(machine, out var asked))
        {
            return;
        }

        if (asked.Number > 0)
        {
            _asked[machine] = asked with { IsWantedAgain = true };
            return;
        }

        _asked[machine] = new Asked(++Last, IsWantedAgain: false);
        effects.Add(new TrackerEffect.List(machine, Last));
    }

    public void Answer(string machine, long number, List<TrackerEffect> effects)
    {
        if (_asked.TryGetValue(machine, out var asked) && asked.Number == number)
        {
            _asked[machine] = default;
            if (asked.IsWantedAgain)
            {
                Ask(machine, effects);
            }
        }
    }

    private readonly record struct Asked(long Number, bool IsWantedAgain);
}
