namespace Orca.Training.Jobs;

/// <summary>
/// A time that may be missing, in UTC and in eight bytes; a nullable <see cref="DateTimeOffset"/> takes twenty-four. A job has several,
/// and a copy of each for every change.
/// </summary>
internal readonly record struct Moment
{
    // The ticks and one more: 0 is no time.
    private readonly long _ticks;

    public Moment(DateTimeOffset? time) => _ticks = time is { } t ? t.UtcTicks + 1 : 0;

    public DateTimeOffset? Value => _ticks == 0 ? null : new DateTimeOffset(_ticks - 1, TimeSpan.Zero);
}
