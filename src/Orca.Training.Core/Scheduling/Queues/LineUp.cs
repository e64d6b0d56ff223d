namespace Orca.Training.Scheduling.Queues;

/// <summary>
/// Whose turn it is in a pool, as worked out at a time. It holds while nothing in the pool changes and nobody's turn becomes overdue.
/// </summary>
/// <param name="Changes">The pool's count of changes.</param>
/// <param name="At">When it was worked out.</param>
/// <param name="Until">Until when nobody's turn becomes overdue.</param>
/// <param name="Active">How many users have something that runs or could start.</param>
/// <param name="OverdueSince">Whose turn is overdue longest, since then; null for nobody's.</param>
/// <param name="Head">The first job in order that nothing but room keeps from starting; null if there is none.</param>
internal readonly record struct LineUp(long Changes, DateTimeOffset At, DateTimeOffset Until, int Active, DateTimeOffset? OverdueSince, Candidate? Head)
{
    public bool Holds(long changes, DateTimeOffset now) => Changes == changes && At <= now && now <= Until;
}

/// <summary>A job that may be the next to start.</summary>
internal readonly record struct Candidate(ShapeLine Line, long Key, Turn Turn)
{
    /// <summary>The reservation through which it is looked at; null for the first of a line.</summary>
    public Rooms.Reservation? Reservation { get; init; }

    public int CompareTo(in Candidate other) => Turn.CompareTo(other.Turn) is not 0 and var turn ? turn : Key.CompareTo(other.Key);
}
