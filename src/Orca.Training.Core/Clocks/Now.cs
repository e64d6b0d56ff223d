namespace Orca.Training.Clocks;

/// <summary>
/// A moment by two clocks: the wall clock, which people and machines set, for what is written down; and one that never jumps for all that is
/// waited for. They are of two types, so that none is taken for the other.
/// </summary>
/// <param name="Wall">What is written down.</param>
/// <param name="Steady">The time since somebody began to count, which only ever grows with the time that passes.</param>
internal readonly record struct Now(DateTimeOffset Wall, TimeSpan Steady)
{
    /// <summary>
    /// When, by the steady clock, something was that has its time on record. It is asked once, when the record is first seen: clocks may
    /// jump later. What is on record as still to come was now, since the clock was set back.
    /// </summary>
    public TimeSpan Of(DateTimeOffset recorded)
    {
        var age = Wall - recorded;
        return age > TimeSpan.Zero ? Steady - age : Steady;
    }

    /// <summary>When, by the steady clock, a recorded time comes, which can't be further away than this.</summary>
    public TimeSpan Until(DateTimeOffset recorded, TimeSpan longest)
    {
        var wait = recorded - Wall;
        return wait <= TimeSpan.Zero ? Steady : Steady + (wait < longest ? wait : longest);
    }
}
