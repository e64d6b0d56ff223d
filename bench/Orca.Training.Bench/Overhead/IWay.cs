namespace Orca.Training.Bench.Overhead;

/// <summary>A way to have containers run to their end and be removed.</summary>
internal interface IWay
{
    /// <summary>One container, from the wish for it until it is gone.</summary>
    Task<Cycle> OneAsync(CancellationToken cancellationToken);

    /// <summary>Many, some at a time: the next begins when an end was seen, and what ended is removed beside it.</summary>
    /// <returns>When each was gone, in order.</returns>
    Task<long[]> ManyAsync(int jobs, int atATime, CancellationToken cancellationToken);
}

/// <summary>One container's way, in ms from the wish for it.</summary>
/// <param name="Created">The engine told that it was made.</param>
/// <param name="Started">The engine told that it runs.</param>
/// <param name="Died">The engine told of its end.</param>
/// <param name="Seen">Whoever waited knew of its end.</param>
/// <param name="Gone">The engine told that it was removed.</param>
internal readonly record struct Cycle(double Created, double Started, double Died, double Seen, double Gone)
{
    public static async Task<Cycle> OfAsync(long began, ContainerLife life, long seen)
    {
        return new Cycle(Ms(await life.Created), Ms(await life.Started), Ms(await life.Died), Ms(seen), Ms(await life.Gone));
        double Ms(long at) => TimeProvider.System.GetElapsedTime(began, at).TotalMilliseconds;
    }
}
