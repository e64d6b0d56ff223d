using Orca.Training.Bench.Harness;
using Orca.Training.Bench.Pipeline;

namespace Orca.Training.Bench.Stores;

/// <summary>
/// Quartz.NET and Hangfire with their stores on the same server, doing one-off jobs that do nothing. What counts is that a job ran, although
/// a peer has still to note its end: to the peers' advantage.
/// </summary>
internal static class PostgreSqlPeers
{
    private const int Rounds = 3;
    private const int Jobs = 5_000;
    private const int Workers = 10;

    // More do not make either of them faster.
    private const int Callers = 10;

    // A peer does them in half a minute; one that has lost a job on the way would be waited for for ever.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    /// <param name="report">Gets the figures.</param>
    /// <param name="database">The server.</param>
    /// <param name="lifecycles">What the SDK does there with 64 callers, to compare.</param>
    /// <param name="cancellationToken">Ends it between rounds.</param>
    public static async Task MeasureAsync(Report report, PostgreSqlDatabase database, double lifecycles, CancellationToken cancellationToken)
    {
        var (quartzRates, hangfireRates) = (new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await using (var quartz = await QuartzPipeline.StartOnPostgreSqlAsync(database.ConnectionString, Workers))
            {
                quartzRates.Add(await RateAsync(_ => quartz.SubmitAsync(), cancellationToken));
            }

            cancellationToken.ThrowIfCancellationRequested();
            await using (var hangfire = HangfirePipeline.OnPostgreSql(database.ConnectionString, Workers))
            {
                hangfireRates.Add(await RateAsync(_ =>
                {
                    hangfire.Submit();
                    return Task.CompletedTask;
                }, cancellationToken));
            }
        }

        var (quartzRate, hangfireRate) = (Statistics.Median(quartzRates), Statistics.Median(hangfireRates));
        Report.Table(
            ["PostgreSQL, one-off jobs", "a second"],
            [["Quartz.NET", Report.Number(quartzRate)], ["Hangfire", Report.Number(hangfireRate)], ["the SDK, 64 callers", Report.Number(lifecycles)]]);
        report.Add("quartz_pg_per_s", quartzRate);
        report.Add("hangfire_pg_per_s", hangfireRate);
        report.Add("pg_peer_ratio", lifecycles / Math.Max(quartzRate, hangfireRate));
    }

    /// <returns>How many jobs a second ran, from the first one's submission on.</returns>
    /// <exception cref="TimeoutException">Not all of them ran: the peer has lost some.</exception>
    private static async Task<double> RateAsync(Func<int, Task> submit, CancellationToken cancellationToken)
    {
        await RunAsync(Jobs / 10);
        var began = TimeProvider.System.GetTimestamp();
        await RunAsync(Jobs);
        return Jobs / TimeProvider.System.GetElapsedTime(began).TotalSeconds;

        async Task RunAsync(int jobs)
        {
            var ran = PeerJob.WhenRan(jobs);
            await StoreHost.RateAsync(jobs, Callers, submit);
            await ran.WaitAsync(Patience, TimeProvider.System, cancellationToken);
        }
    }
}
