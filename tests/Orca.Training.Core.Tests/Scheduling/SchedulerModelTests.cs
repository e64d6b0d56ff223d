using CsCheck;
using Orca.Training.Jobs;
using Orca.Training.Scheduling;
using Orca.Training.Scheduling.Capacity;
using Orca.Training.Testing.Conformance.Jobs;

namespace Orca.Training.Tests.Scheduling;

/// <summary>The incremental scheduler against one that keeps no sums and works out each plan from all that it was told.</summary>
public sealed class SchedulerModelTests
{
    private static readonly double[] Sizes = [0.1, 0.2, 0.3, 0.7, 1];
    private static readonly ICapacityPolicy[] Policies = [CapacityPolicies.OneAtATime, CapacityPolicies.Jobs(2), CapacityPolicies.ByResources];

    /// <summary>What happens to a job: 0–2 it waits, 3 it is put off, 4 it is to be cancelled, 5 launches, 6 runs, 7 has ended, 8 release, 9 a machine's size, 10 time.</summary>
    private static readonly Gen<(int Kind, int Job, int Machine, int Number)> AnyChange =
        Gen.Select(Gen.Int[0, 10], Gen.Int[1, 8], Gen.Int[0, 2], Gen.Int[0, 4]);

    [Fact]
    public void The_same_changes_give_the_same_plans_as_from_scratch() =>
        Gen.Select(Gen.Int[0, 2], AnyChange.Array[0, 60]).Sample((policy, changes) =>
        {
            MachineOffer[] machines = [new("m0", new Resources(1, 0)), new("m1", new Resources(0.3, 0))];
            var scheduler = new Scheduler(machines, Policies[policy], NeedsOf);
            var model = new FromScratch(machines, Policies[policy]);
            var minute = 0;
            foreach (var (kind, job, machine, number) in changes)
            {
                switch (kind)
                {
                    case 8:
                        scheduler.Release(new JobId(job));
                        model.Release(new JobId(job));
                        break;
                    case 9:
                        scheduler.Offer($"m{machine}", new Resources(Sizes[number], 0));
                        model.Offer($"m{machine}", new Resources(Sizes[number], 0));
                        break;
                    case 10:
                        minute += number;
                        break;
                    default:
                        var recorded = Recorded(kind, job, machine, minute + number);
                        scheduler.Hear(recorded);
                        model.Apply(recorded);
                        break;
                }

                var now = JobSamples.At(minute);
                Assert.Equal(model.Plan(now), scheduler.Plan(now));
                Assert.Equal(model.NextLook(now), scheduler.NextLookAt());
            }
        }, iter: 2000);

    private static Job Recorded(int kind, int id, int machine, int minute)
    {
        var job = JobTransitions.Create(new JobId(id), JobSamples.Submit($"{id % Sizes.Length}"));
        var attempt = new Attempt { Number = 1, Machine = $"m{machine}", CreatedAt = JobSamples.At(0) };
        return kind switch
        {
            3 => job with { NotBefore = JobSamples.At(minute), LastAttempt = 1 },
            4 => job.Wished(),
            5 => job with { State = JobState.Launching, LastAttempt = 1, Attempts = [attempt] },
            6 => job with { State = JobState.Running, LastAttempt = 1, Attempts = [attempt] },
            7 => job with { State = JobState.Failed, LastAttempt = 1, Attempts = [attempt with { EndedAt = JobSamples.At(1) }] },
            _ => job,
        };
    }

    private static Resources NeedsOf(TrainingRequest request) => new(Sizes[request.DatasetId[0] - '0'], 0);

    private sealed class FromScratch(MachineOffer[] machines, ICapacityPolicy policy)
    {
        private readonly SortedDictionary<JobId, Job> _recorded = [];
        private readonly Dictionary<JobId, string> _planned = [];
        private readonly HashSet<JobId> _released = [];
        private readonly HashSet<JobId> _never = [];

        public Dictionary<string, Resources> Totals { get; } = machines.ToDictionary(m => m.Name, m => m.Total);

        public void Apply(Job job)
        {
            _recorded[job.Id] = job;
            _planned.Remove(job.Id);
            _released.Remove(job.Id);
            _never.Remove(job.Id);
        }

        public void Offer(string machine, Resources total)
        {
            Totals[machine] = total;
            _never.Clear();
        }

        public void Release(JobId job)
        {
            if (_planned.Remove(job) || _recorded.GetValueOrDefault(job)?.OpenAttempt is not null)
            {
                _released.Add(job);
            }
        }

        public DateTimeOffset? NextLook(DateTimeOffset now) => Waiting().Where(j => j.NotBefore > now).Select(j => j.NotBefore).Min();

        public List<Placement> Plan(DateTimeOffset now)
        {
            var plan = new List<Placement>();
            foreach (var job in Waiting().ToList())
            {
                if (job.NotBefore > now)
                {
                    continue;
                }

                var machine = machines.Select(m => m.Name).FirstOrDefault(m => policy.Fits(NeedsOf(job.Request), InventoryOf(m)).Fits);
                if (machine is null && FitsNowhere(job))
                {
                    _never.Add(job.Id);
                    continue;
                }

                if (machine is null)
                {
                    break;
                }

                _planned.Add(job.Id, machine);
                plan.Add(new Placement(job.Id, job.LastAttempt + 1, machine));
            }

            return plan;
        }

        private IEnumerable<Job> Waiting() => _recorded.Values.Where(
            j => j is { State: JobState.Queued, CancelRequestedAt: null } && !_planned.ContainsKey(j.Id) && !_released.Contains(j.Id) && !_never.Contains(j.Id));

        private bool FitsNowhere(Job job) =>
            machines.All(m => Totals[m.Name] != default && !policy.Fits(NeedsOf(job.Request), new Inventory(m.Name, Totals[m.Name], default, 0, 0)).Fits);

        private Inventory InventoryOf(string machine)
        {
            var used = default(Resources);
            int launching = 0, running = 0;
            foreach (var job in _recorded.Values.Where(j => !_released.Contains(j.Id)))
            {
                if ((_planned.GetValueOrDefault(job.Id) ?? job.OpenAttempt?.Machine) == machine)
                {
                    used += NeedsOf(job.Request);
                    launching += job.State is JobState.Running ? 0 : 1;
                    running += job.State is JobState.Running ? 1 : 0;
                }
            }

            return new Inventory(machine, Totals[machine], used, launching, running);
        }
    }
}
