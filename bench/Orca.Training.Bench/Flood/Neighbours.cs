using System.Collections.Concurrent;
using Orca.Training.Client;
using Orca.Training.Jobs;

namespace Orca.Training.Bench.Flood;

/// <summary>
/// Callers who go about their business beside a flood: each submits a job and asks for it, every so often. At this pace a service that is left alone keeps
/// up with ease, so that what is lost of it was taken by somebody else.
/// </summary>
internal sealed class Neighbours(ITrainingClientFactory clients)
{
    private const int Callers = 4;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private static TrainingRequest Request { get; } = new() { Algorithm = "none", DatasetId = "none", Name = "bench" };

    /// <summary>Lets them work for a while.</summary>
    public async Task<Window> WorkAsync(TimeSpan length)
    {
        var latencies = new ConcurrentBag<double>();
        var began = TimeProvider.System.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            var client = clients.For(FloodBench.Named($"neighbour {caller}"));
            for (var due = TimeSpan.Zero; TimeProvider.System.GetElapsedTime(began) < length; due += Pause)
            {
                var wait = due - TimeProvider.System.GetElapsedTime(began);
                if (wait > TimeSpan.Zero)
                {
                    await Task.Delay(wait, TimeProvider.System);
                }

                // From when it was due: a call that comes late because another took long has waited too.
                await client.GetTrainingStatusAsync(await client.TrainAsync(Request));
                latencies.Add((TimeProvider.System.GetElapsedTime(began) - due).TotalMilliseconds);
            }
        })));
        return new Window(latencies.Count / TimeProvider.System.GetElapsedTime(began).TotalSeconds, [.. latencies]);
    }
}

/// <param name="Rate">Calls a second.</param>
/// <param name="Latencies">What each took, in ms.</param>
internal sealed record Window(double Rate, IReadOnlyList<double> Latencies);
