using System.Globalization;
using Orca.Training.Jobs;
using Orca.Training.Scheduling.Capacity;
using Orca.Training.Scheduling.Facts;

namespace Orca.Training.Bench.Scheduling;

/// <summary>
/// The mix of jobs that the scheduler is measured with. Users submit by Zipf's law: the second half as often as the first, the third a third as
/// often. Each has one pool; each pool may use a few machines, and the first pools own a part of one.
/// </summary>
internal sealed class QueueMix
{
    public const int Users = 1000;
    public const int Pools = 50;
    public const int Machines = 20;
    public const int ShapesOfPool = 8;
    public const double Gangs = 0.10;
    public const double Held = 0.05;
    public const double Cancelled = 0.02;

    private const int MachinesOfPool = 4;
    private const int GangShape = ShapesOfPool - 1;
    private const long Gib = 1L << 30;

    private static readonly Resources OfMachine = new(64, 512 * Gib, 16);
    private static readonly Resources Owned = new(8, 64 * Gib, 2);
    private static readonly string[] MachineNames = Names("machine", Machines);
    private static readonly string[] PoolNames = Names("pool", Pools);
    private static readonly string[] UserNames = Names("user", Users);
    private static readonly string[] AlgorithmNames = Names("algorithm", ShapesOfPool);

    private readonly double[] _upTo = new double[Users];

    public QueueMix()
    {
        var sum = 0.0;
        for (var user = 0; user < Users; user++)
        {
            _upTo[user] = sum += 1.0 / (user + 1);
        }
    }

    /// <summary>All machines are alike.</summary>
    public static IReadOnlyList<MachineFacts> MachineFacts { get; } = [.. MachineNames.Select(name => new MachineFacts(name, OfMachine))];

    /// <summary>The pool of a machine's number owns a part of it; the others share what is left.</summary>
    public static IReadOnlyList<PoolFacts> PoolFacts { get; } = [.. Enumerable.Range(0, Pools).Select(PoolOf)];

    public static string NameOfMachine(int machine) => MachineNames[machine];

    /// <summary>A user by Zipf's law.</summary>
    public int DrawUser(Random random)
    {
        var place = Array.BinarySearch(_upTo, random.NextDouble() * _upTo[^1]);
        return Math.Min(place < 0 ? ~place : place, Users - 1);
    }

    /// <summary>One of the shapes; the last is that of the gangs.</summary>
    public static int DrawShape(Random random) => random.NextDouble() < Gangs ? GangShape : random.Next(GangShape);

    /// <summary>A job of a user.</summary>
    public static JobFacts Job(JobId id, int user, int shape) => new(id, PoolNames[user % Pools], UserNames[user])
    {
        Demand = shape == GangShape ? new Demand(new Resources(2, 8 * Gib, 1), Ranks: 4) : new Demand(new Resources(1 + (shape % 4), (4 + shape) * Gib, shape % 3 == 2 ? 1 : 0)),
        Algorithm = AlgorithmNames[shape],
        RunLimit = shape % 2 == 1 ? TimeSpan.FromHours(2) : null,
    };

    /// <summary>How long an attempt of a shape runs: half to one and a half of what is usual for it.</summary>
    public static TimeSpan DrawRunTime(int shape, Random random) => TimeSpan.FromMinutes((10 + (4 * shape)) * (0.5 + random.NextDouble()));

    /// <summary>A job that takes the machine alone, of the pool that owns a part of it.</summary>
    public static JobFacts WholeMachine(JobId id, int machine) => new(id, PoolNames[machine], "waits for a machine") { Demand = new Demand(OfMachine), Algorithm = "whole" };

    /// <summary>A job that runs on and on in a machine's owned part, so that the machine stays reserved.</summary>
    public static JobFacts Lasting(JobId id, int machine) =>
        new(id, PoolNames[machine], "lasts") { Demand = new Demand(Owned), Algorithm = "lasting", RunLimit = TimeSpan.FromDays(1000) };

    private static PoolFacts PoolOf(int pool)
    {
        // Steps of 7 through 20 machines: pools that meet on one machine are others on the next.
        var machines = Enumerable.Range(0, MachinesOfPool).Select(i => (pool + (i * 7)) % Machines).Distinct();
        return new PoolFacts(PoolNames[pool])
        {
            Weight = 1 + (pool % 3),
            Shares = machines.ToDictionary(m => MachineNames[m], m => m == pool ? Owned : default),
            PerUser = pool % 5 == 0 ? new UseLimit(Jobs: 10) : UseLimit.None,
        };
    }

    private static string[] Names(string of, int count) => [.. Enumerable.Range(0, count).Select(i => string.Create(CultureInfo.InvariantCulture, $"{of}-{i}"))];
}
