using Orca.Training.Bench.Kill.Host;
using Orca.Training.Client;
using Orca.Training.Jobs;

namespace Orca.Training.Bench.Kill;

/// <summary>
/// One installation from its beginning to its end: hosts that are killed one after the other under the load, then one that is left alone
/// until all has come to rest, and what is then true.
/// </summary>
internal sealed class Round(Lane lane, HostSettings settings, KillPlan plan, Random random, Findings findings)
{
    private static readonly TimeSpan LongestRandomLife = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan BoundaryPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan SettlingPatience = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan LookPause = TimeSpan.FromMilliseconds(50);

    private readonly Load _load = new(settings.Application, lane.Mix, lane.MostOpen, new Random(random.Next()), findings);
    private int _left;

    /// <summary>How long the last host took until nothing was open and no container was left.</summary>
    public TimeSpan Settled { get; private set; }

    public int Acknowledged => _load.Acknowledged;

    public async Task RunAsync(int kills, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(settings.Folder);
        await using (var stores = InstallationStores.Open(settings))
        {
            await stores.PrepareAsync(cancellationToken);
        }

        using (var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken))
        {
            var calling = _load.RunAsync(ending.Token);
            _left = kills;
            await Task.WhenAll(Enumerable.Range(0, lane.Hosts).Select(_ => KillAsync(new Random(random.Next()), cancellationToken)));
            await ending.CancelAsync();
            await calling;
        }

        await SettleAsync(cancellationToken);
        await VerifyAsync(cancellationToken);
    }

    private async Task KillAsync(Random chance, CancellationToken cancellationToken)
    {
        while (Interlocked.Decrement(ref _left) >= 0)
        {
            var order = plan.Next(lane.Meets);
            await using var host = RunningHost.Start(settings with { KillAt = order.Boundary?.ToString(), KillCount = order.Pass });
            if (order.Boundary is not null)
            {
                // How long a process takes to come up says nothing about when it comes to its boundary.
                await host.Address.WaitAsync(cancellationToken);
            }

            var patience = order.Boundary is null ? LongestRandomLife * chance.NextDouble() : BoundaryPatience;
            var serving = ServeAsync(host, cancellationToken);
            var dying = host.WaitAsync(cancellationToken);
            try
            {
                await dying.WaitAsync(patience, TimeProvider.System, cancellationToken);
            }
            catch (TimeoutException)
            {
                host.Kill();
            }

            if (!await dying)
            {
                throw new InvalidOperationException($"A host of {lane.Name} ended by itself: see {settings.Folder}.");
            }

            await serving;
            plan.Killed(order, host.KilledItself);
        }
    }

    /// <summary>The load calls a host from when it takes calls until it has ended.</summary>
    private async Task ServeAsync(RunningHost host, CancellationToken cancellationToken)
    {
        if (await host.Address.WaitAsync(cancellationToken) is not { } address)
        {
            return;
        }

        await using var client = GrpcTrainingClient.Connect(address);
        _load.Add(client);
        try
        {
            await host.WaitAsync(cancellationToken);
        }
        finally
        {
            _load.Remove(client);
        }
    }

    private async Task SettleAsync(CancellationToken cancellationToken)
    {
        var began = TimeProvider.System.GetTimestamp();
        await using var host = RunningHost.Start(settings);
        var address = await host.Address.WaitAsync(cancellationToken) ?? throw new InvalidOperationException($"The last host of {lane.Name} did not start: see {settings.Folder}.");
        await using var client = GrpcTrainingClient.Connect(address);
        var open = new TrainingQuery { States = [JobState.Queued, JobState.Launching, JobState.Running], PageSize = 1 };
        while (TimeProvider.System.GetElapsedTime(began) < SettlingPatience)
        {
            if ((await client.ListTrainingsAsync(open, cancellationToken)).Trainings.Count == 0
                && (await lane.Witness.ListAsync(settings.Application, cancellationToken)).Count == 0)
            {
                break;
            }

            await Task.Delay(LookPause, TimeProvider.System, cancellationToken);
        }

        Settled = TimeProvider.System.GetElapsedTime(began);
        await host.StopAsync(cancellationToken);
    }

    private async Task VerifyAsync(CancellationToken cancellationToken)
    {
        foreach (var attempt in await lane.Witness.ListAsync(settings.Application, cancellationToken))
        {
            findings.Orphans.Enqueue($"{settings.Application}: the machine lists a container of attempt {attempt} when all is over.");
        }

        await using var stores = InstallationStores.Open(settings);
        var installation = await stores.GetInstallationAsync(cancellationToken);
        var jobs = await stores.ReadJobsAsync(cancellationToken);
        var lives = await lane.Witness.ReadLivesAsync(installation, cancellationToken);
        new Verification(settings.Application, jobs, _load.Submissions, lives, EndJournal.Read(settings.Folder), findings).Run();
        await Published.CheckAsync(settings.Application, installation, jobs, stores, findings, cancellationToken);
    }
}
