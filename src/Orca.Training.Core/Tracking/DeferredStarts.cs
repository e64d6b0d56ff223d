namespace Orca.Training.Tracking;

/// <summary>
/// How long a machine is left alone that had no room for a start after all: longer with each start in a row that it defers, whichever job it is, so that a
/// thousand waiting jobs ask no more often than one.
/// </summary>
internal sealed class DeferredStarts(TrackerSettings settings)
{
    private readonly Dictionary<string, int> _inARow = new(StringComparer.Ordinal);

    public TimeSpan PauseAfterOneMore(string machine)
    {
        var deferred = _inARow[machine] = _inARow.GetValueOrDefault(machine) + 1;
        return settings.PauseAfter(deferred);
    }

    /// <summary>A start came about there.</summary>
    public void Started(string machine) => _inARow.Remove(machine);
}
