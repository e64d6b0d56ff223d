using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Grpc.Net.Client;
using Orca.Training.Grpc.Wire;

namespace Orca.Training.Bench.Calls;

/// <summary>
/// The second process: 32 callers on one connection, each calling again as soon as it is answered. It measures the one call and the
/// other in turns, and says on its standard output when each turn begins and what it found.
/// </summary>
internal static class Caller
{
    public const string Verb = "--call";
    public const int Pairs = 19;
    public const string Status = "status";
    public const string Nothing = "nothing";
    public const string Same = "same";

    private const int Callers = 32;
    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(0.75);
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(2);

    /// <param name="address">The server.</param>
    /// <param name="jobs">It has jobs with the ids 1 to this.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    public static async Task RunAsync(string address, int jobs, CancellationToken cancellationToken)
    {
        using var channel = GrpcChannel.ForAddress(address);
        var training = new TrainingService.TrainingServiceClient(channel);
        var bench = new Wire.NothingService.NothingServiceClient(channel);
        var calls = new Dictionary<string, Func<long, Task>>
        {
            [Status] = async call => await training.GetTrainingStatusAsync(new GetTrainingStatusRequest { JobId = 1 + (call % jobs) }, cancellationToken: cancellationToken),
            [Nothing] = async _ => await bench.DoAsync(new Empty(), cancellationToken: cancellationToken),
            [Same] = async _ => await bench.SameAsync(new Empty(), cancellationToken: cancellationToken),
        };
        foreach (var call in calls.Values)
        {
            await CallAsync(call, WarmUp);
        }

        for (var pair = 0; pair < Pairs; pair++)
        {
            foreach (var name in pair % 2 == 0 ? (string[])[Nothing, Status, Same] : [Same, Status, Nothing])
            {
                Console.WriteLine(name);
                var (count, seconds) = await CallAsync(calls[name], Turn);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count} {seconds:R}"));
            }
        }
    }

    private static async Task<(long Calls, double Seconds)> CallAsync(Func<long, Task> call, TimeSpan duration)
    {
        var began = TimeProvider.System.GetTimestamp();
        var counts = await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            var count = 0L;
            while (TimeProvider.System.GetElapsedTime(began) < duration)
            {
                await call((count++ * Callers) + caller);
            }

            return count;
        })));
        return (counts.Sum(), TimeProvider.System.GetElapsedTime(began).TotalSeconds);
    }
}
