namespace Orca.Training.Bench.Kill;

/// <summary>What the next host is to be killed by: a boundary and the pass there, or the bench at a random moment.</summary>
internal readonly record struct KillOrder(Boundary? Boundary, int Pass);

/// <summary>Where hosts are killed, and how often so far. Thread-safe.</summary>
/// <param name="wanted">How many kills there are to be at each boundary before all are at random moments.</param>
/// <param name="random">Chance, seeded.</param>
internal sealed class KillPlan(int wanted, Random random)
{
    // So many of a hundred kills come at a random moment, whatever is still wanted.
    private const int RandomShare = 12;
    private readonly Lock _lock = new();
    private readonly Dictionary<Boundary, int> _met = Boundary.All.ToDictionary(b => b, _ => 0);
    private readonly Dictionary<Boundary, int> _ordered = Boundary.All.ToDictionary(b => b, _ => 0);

    /// <summary>Kills at each boundary.</summary>
    public IReadOnlyDictionary<Boundary, int> Met => _met;

    /// <summary>How many hosts did not come to their boundary in time and were killed as they stood.</summary>
    public int Missed { get; private set; }

    /// <summary>All kills.</summary>
    public int Kills { get; private set; }

    /// <summary>Gives the boundary that lacks most, among those that a host can meet.</summary>
    public KillOrder Next(Func<Boundary, bool> canMeet)
    {
        lock (_lock)
        {
            var lacking = _met.Keys.Where(b => canMeet(b) && _met[b] + _ordered[b] < wanted).ToArray();
            if (lacking.Length == 0 || random.Next(100) < RandomShare)
            {
                return default;
            }

            var least = lacking.Min(b => _met[b] + _ordered[b]);
            Boundary[] candidates = [.. lacking.Where(b => _met[b] + _ordered[b] == least)];
            var next = candidates[random.Next(candidates.Length)];
            _ordered[next]++;
            return new KillOrder(next, 1 + random.Next(Calls.MostPasses(next.Call)));
        }
    }

    /// <summary>A host that got an order has been killed.</summary>
    /// <param name="order">The order.</param>
    /// <param name="wasThere">Whether it was at the boundary; else the bench did it.</param>
    public void Killed(KillOrder order, bool wasThere)
    {
        lock (_lock)
        {
            Kills++;
            if (order.Boundary is { } boundary)
            {
                _ordered[boundary]--;
                _met[boundary] += wasThere ? 1 : 0;
                Missed += wasThere ? 0 : 1;
            }
        }
    }
}
