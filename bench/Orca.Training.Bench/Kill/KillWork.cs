using System.Globalization;
using Orca.Training.Bench.Harness;
using Orca.Training.Bench.Kill.Host;
using Orca.Training.Bench.Kill.Machine;

namespace Orca.Training.Bench.Kill;

/// <summary>The rounds that are still to be done: whoever is free takes the next.</summary>
internal sealed class KillWork
{
    // A host that was killed holds its lease until that ends, and each of a thousand kills would wait for it.
    private static readonly TimeSpan ShortLease = TimeSpan.FromSeconds(1);
    private readonly Lock _lock = new();
    private readonly KillSize _size;
    private readonly Lane[] _fakes;
    private readonly Lane[] _engines;
    private int _left;
    private int _engineLeft;
    private int _made;

    public KillWork(string folder, FakeMachine machine, string connectionString, EngineWitness? engine, KillSize size)
    {
        (_size, _left, _engineLeft) = (size, size.Kills, engine is null ? 0 : size.EngineKills);
        _fakes =
        [
            Fake("SQLite", hosts: 1, s => s),
            Fake("PostgreSQL", hosts: 1, s => s with { ConnectionString = connectionString, CopiesFolders = true }),
            Fake("SQLite, copies folders", hosts: 1, s => s with { CopiesFolders = true }),
            Fake("PostgreSQL, two hosts", hosts: 2, s => s with { ConnectionString = connectionString }),
        ];
        _engines = engine is null ? [] :
        [
            Engine("SQLite, engine", s => s),
            Engine("PostgreSQL, engine", s => s with { ConnectionString = connectionString, CopiesFolders = true }),
        ];

        Lane Fake(string name, int hosts, Func<HostSettings, HostSettings> with) =>
            new(name, number => with(Settings(number) with { Machine = machine.Socket, AtOnce = 4, ReconcilePeriod = TimeSpan.FromSeconds(2) }), hosts, machine, TrainingMix.Fake, MostOpen: 20);

        Lane Engine(string name, Func<HostSettings, HostSettings> with) =>
            new(name, number => with(Settings(number) with { AtOnce = 3, StopGrace = TimeSpan.FromSeconds(1) }), 1, engine!, TrainingMix.Engine, MostOpen: 6);

        HostSettings Settings(int number)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"kill-{Environment.ProcessId}-{number}");
            return new HostSettings
            {
                Application = name,
                Folder = Path.Combine(folder, name),
                Schema = string.Create(CultureInfo.InvariantCulture, $"kill{number}"),
                LeaseDuration = ShortLease,
            };
        }
    }

    /// <summary>Does rounds until none is left. One worker is on the engine first, since what it does takes longest.</summary>
    public async Task RunAsync(KillPlan plan, Findings findings, Tally tally, int worker, CancellationToken cancellationToken)
    {
        while (Take(worker, plan) is { } next)
        {
            var round = new Round(next.Lane, next.Lane.Settings(next.Number), plan, new Random(next.Number), findings);
            await round.RunAsync(next.Kills, cancellationToken);
            tally.Add(next.Lane.Name, next.Kills, round);

            // It takes long: who waits sees that it goes on, and what was found so far is not lost with a bench that is broken off.
            Report.Say(string.Create(
                CultureInfo.InvariantCulture,
                $"{plan.Kills} kills, {findings.All.Count()} findings; installation {next.Number} ({next.Lane.Name}) is through with {round.Acknowledged} jobs."));
            if (findings.All.LastOrDefault() is { } latest)
            {
                Report.Say($"  the latest finding: {latest}");
            }
        }
    }

    private (Lane Lane, int Number, int Kills)? Take(int worker, KillPlan plan)
    {
        lock (_lock)
        {
            if (_engineLeft > 0 && worker == 0)
            {
                var some = Math.Min(_engineLeft, _size.InRound);
                _engineLeft -= some;
                return (_engines[++_made % _engines.Length], _made, some);
            }

            var least = plan.Met.Values.Min();
            var kills = Math.Min(_left, _size.InRound);
            if (kills == 0 && least < _size.AtBoundary && _made < _size.Kills)
            {
                // The numbers are used up and a boundary still lacks some.
                kills = _size.InRound;
            }

            _left = Math.Max(0, _left - kills);
            return kills == 0 ? null : (_fakes[++_made % _fakes.Length], _made, kills);
        }
    }
}
