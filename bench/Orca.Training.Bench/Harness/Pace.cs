namespace Orca.Training.Bench.Harness;

/// <summary>Begins work at a steady rate, however long each takes, and measures each from its beginning to its end.</summary>
internal static class Pace
{
    /// <param name="count">How often.</param>
    /// <param name="perSecond">How often a second.</param>
    /// <param name="work">Begun on a thread that does nothing else, so that no work delays the next one's beginning but by its own first steps.</param>
    /// <returns>How long each took, in ms.</returns>
    public static async Task<double[]> LatenciesAsync(int count, int perSecond, Func<Task> work)
    {
        var running = new Task<double>[count];
        await Task.Factory.StartNew(BeginAll, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        return await Task.WhenAll(running);

        void BeginAll()
        {
            var began = TimeProvider.System.GetTimestamp();
            for (var i = 0; i < count; i++)
            {
                // A timer is a millisecond late now and then, which is what is to be measured here: so this thread spins, giving way.
                var due = TimeSpan.FromSeconds((double)i / perSecond);
                var spin = default(SpinWait);
                while (TimeProvider.System.GetElapsedTime(began) < due)
                {
                    spin.SpinOnce(sleep1Threshold: -1);
                }

                running[i] = OneAsync();
            }
        }

        async Task<double> OneAsync()
        {
            var began = TimeProvider.System.GetTimestamp();
            await work();
            return TimeProvider.System.GetElapsedTime(began).TotalMilliseconds;
        }
    }
}
