using System.Globalization;
using Orca.Training.Tracking;

namespace Orca.Training.Testing.Simulation;

/// <summary>What happened last, in words. A run writes none; one that failed is run again with it, since the same seed gives the same run.</summary>
internal sealed class Trace(int length)
{
    private readonly Queue<string> _lines = new();

    public bool IsOn => length > 0;

    public override string ToString() => string.Join('\n', _lines);

    /// <summary>Adds a line; the text is made only where somebody reads it.</summary>
    public void Note(TimeSpan at, Func<string> what)
    {
        if (!IsOn)
        {
            return;
        }

        _lines.Enqueue(string.Create(CultureInfo.InvariantCulture, $"{at.TotalSeconds,8:0.0} s  {what()}"));
        if (_lines.Count > length)
        {
            _lines.Dequeue();
        }
    }

    public static string Describe(TrackerEffect effect) => effect switch
    {
        TrackerEffect.Commit e => $"commit {e.Command.GetType().Name} {e.Command.Job}",
        TrackerEffect.Start e => $"start {e.Attempt.Attempt}",
        TrackerEffect.Abort e => $"abort {e.Attempt.Attempt}",
        TrackerEffect.Follow e => $"follow {e.Attempt.Attempt}",
        TrackerEffect.Stop e => $"stop {e.Attempt.Attempt}",
        TrackerEffect.Fetch e => $"fetch {e.Attempt.Attempt}",
        TrackerEffect.Collect e => $"collect {e.Attempt.Attempt}",
        TrackerEffect.Remove e => $"remove {e.Attempt.Attempt}",
        TrackerEffect.List e => $"list {e.Number}",
        TrackerEffect.LookUp e => $"look up {e.Job}",
        _ => effect.GetType().Name,
    };

    public static string Describe(TrackerEvent happened) => happened switch
    {
        TrackerEvent.Observed e => $"{e.Container.Attempt.Attempt} {e.Container.Incarnation} {e.Container.State} {e.Container.ExitCode}",
        TrackerEvent.Committed e => $"committed {e.Command.GetType().Name} {e.Command.Job}: {e.Result.Rejection}",
        TrackerEvent.CommitFailed e => $"commit failed {e.Command.GetType().Name} {e.Command.Job}",
        TrackerEvent.StartReturned e => $"{e.Attempt.Attempt} start: {e.Result.GetType().Name}",
        TrackerEvent.StartUnknown e => $"{e.Attempt.Attempt} start: {e.Error}",
        TrackerEvent.Listed e => $"listed {e.Number}: {string.Join(", ", e.Containers.Select(c => $"{c.Attempt.Attempt} {c.State}"))}",
        TrackerEvent.LookedUp e => $"looked up {e.Job}: {e.Found?.State}",
        _ when AttemptEvents.NameOf(happened) is { } name => $"{name.Attempt} {happened.GetType().Name}",
        _ => happened.GetType().Name,
    };
}
