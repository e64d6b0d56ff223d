using Orca.Training.Jobs;
using Orca.Training.Scheduling;
using Orca.Training.Scheduling.Capacity;
using Orca.Training.Scheduling.Facts;
using Orca.Training.Tracking;

namespace Orca.Training.Testing.Simulation;

/// <summary>One host: the real step and scheduler while it decides or believes that it does, a clock of its own, and what is on its way to it.</summary>
internal sealed class SimulatedHost(int number, SimulationSettings settings)
{
    public const string Machine = "m";
    public static readonly InstallationId Installation = new("sim");
    public static readonly TimeSpan LeaseDuration = TimeSpan.FromSeconds(15);

    /// <summary>How long a host trusts a lease after it asked for it: less than the lease lasts.</summary>
    public static readonly TimeSpan Trust = LeaseDuration * 5 / 6;

    public int Number => number;

    /// <summary>Who it is to the store: another one in each term.</summary>
    public int Holder { get; private set; }

    /// <summary>How far its clock is from the store's.</summary>
    public TimeSpan ClockOffset { get; set; }

    /// <summary>Whether its process stands still: it does nothing, renews nothing and notices nothing.</summary>
    public bool IsPaused { get; set; }

    /// <summary>Until when it trusts its lease, by the simulation's time; a clock that jumps changes nothing about that.</summary>
    public DateTimeOffset TrustedUntil { get; set; }

    /// <summary>Its term as the decider; 0 while it is none.</summary>
    public long Term { get; private set; }

    public TrackerCore? Core { get; private set; }

    /// <summary>How much of the change feed it has read.</summary>
    public int Cursor { get; set; }

    /// <summary>What is on its way to its step.</summary>
    public List<TrackerEvent> Events { get; } = [];

    public bool IsDeciding => Core is not null;

    /// <summary>How many processors its settings give each container; they change while it runs.</summary>
    public double Need { get; set; } = 1;

    /// <summary>The jobs about which its steps have failed; kept over its terms.</summary>
    public Suspects Suspects { get; } = new();

    /// <summary>It begins to decide, from what is on record.</summary>
    public TrackerEvent Begin(long term, SimulatedStore store)
    {
        Events.Clear();
        Term = term;
        var tracker = new TrackerSettings
        {
            Installation = Installation,
            RemoveLeftovers = true,
            SetAside = Suspects.SetAside,
            CopyingMachines = new HashSet<string>(settings.CopiesFolders ? [Machine] : []),
        };
        var policy = settings.Policy ?? new BothPolicies(CapacityPolicies.Jobs(settings.Slots), CapacityPolicies.ByResources);
        var scheduler = new Scheduler(policy, [new MachineFacts(Machine, new Resources(settings.Slots, long.MaxValue))], [], DateTimeOffset.UnixEpoch);
        Core = new TrackerCore(tracker, scheduler, [Machine], DemandOf);
        return Load(store);
    }

    /// <summary>All open jobs as they are on record, from where the feed goes on.</summary>
    public TrackerEvent Load(SimulatedStore store)
    {
        Cursor = store.Changes.Count;
        return new TrackerEvent.Loaded([.. store.OpenJobs]);
    }

    private Demand DemandOf(TrainingRequest request) => request.Algorithm == Workload.Poison
        ? throw new InvalidOperationException("Nobody knows what it needs.")
        : new Demand(new Resources(Need, 1 << 30), request.Workers);

    private sealed class BothPolicies(ICapacityPolicy first, ICapacityPolicy second) : ICapacityPolicy
    {
        public CapacityAnswer Fits(Resources resources, Inventory inventory) =>
            first.Fits(resources, inventory) is { Fits: false } no ? no : second.Fits(resources, inventory);
    }

    /// <summary>It decides no longer: all that it knew is gone, and if it decides again it is somebody else to the store.</summary>
    public void EndTerm(int nextHolder)
    {
        Events.Clear();
        Term = 0;
        Core = null;
        Holder = nextHolder;
    }
}
