namespace Orca.Training.Scheduling.Queues;

/// <summary>
/// A place in the order of users, or of pools: first those whose turn is overdue, the one that waits longest first; then those who have
/// less than an equal share running, least use first; then the others, least use first. Ties go by name.
/// </summary>
internal readonly record struct Turn(DateTimeOffset? OverdueSince, bool IsBelow, Int128 Use, string Name) : IComparable<Turn>
{
    public int CompareTo(Turn other)
    {
        if (OverdueSince is { } since)
        {
            return other.OverdueSince is { } others && others != since ? since.CompareTo(others) : other.OverdueSince is null ? -1 : ByName(other);
        }

        return other.OverdueSince is not null ? 1
            : IsBelow != other.IsBelow ? (IsBelow ? -1 : 1)
            : Use != other.Use ? Use.CompareTo(other.Use)
            : ByName(other);
    }

    private int ByName(Turn other) => string.CompareOrdinal(Name, other.Name);
}
