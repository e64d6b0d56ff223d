namespace Orca.Training.Bench.Pipeline;

/// <summary>What Hangfire calls: it only takes public methods.</summary>
public static class HangfireJob
{
    public static void Run() => PeerJob.Run();

    public static void RunAwaited(long number) => PeerJob.RunAwaited(number);
}
