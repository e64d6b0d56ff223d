using System.Threading.Channels;

namespace Orca.Training.Bench.Pipeline;

/// <summary>The floor: a channel, a dictionary and a lock, with four updates a job and eight workers. It keeps no history, has no conditions and no machine.</summary>
internal static class BarePipeline
{
    private const int Workers = 8;

    public static async Task<double> JobsPerSecondAsync(int jobs)
    {
        var states = new Dictionary<long, int>(jobs);
        var gate = new Lock();
        var queue = Channel.CreateBounded<long>(8192);
        var began = TimeProvider.System.GetTimestamp();
        var workers = Enumerable.Range(0, Workers).Select(_ => Task.Run(async () =>
        {
            await foreach (var job in queue.Reader.ReadAllAsync())
            {
                for (var state = 1; state <= 3; state++)
                {
                    Update(job, state);
                    await Task.Yield();
                }
            }
        })).ToArray();
        for (var job = 1L; job <= jobs; job++)
        {
            Update(job, 0);
            await queue.Writer.WriteAsync(job);
        }

        queue.Writer.Complete();
        await Task.WhenAll(workers);
        return jobs / TimeProvider.System.GetElapsedTime(began).TotalSeconds;

        void Update(long job, int state)
        {
            lock (gate)
            {
                states[job] = state;
            }
        }
    }
}
