using Orca.Training.Jobs;
using Orca.Training.Scheduling.Capacity;
using Orca.Training.Scheduling.Facts;
using Orca.Training.Testing.Conformance.Jobs;

namespace Orca.Training.Tests.Scheduling;

/// <summary>Which job starts next, and where.</summary>
public sealed class SchedulerTests
{
    private static readonly DateTimeOffset Now = JobSamples.At(10);

    [Fact]
    public void The_oldest_job_starts_first_whatever_the_order_in_which_they_are_heard_of()
    {
        var scheduler = New(CapacityPolicies.OneAtATime);
        foreach (var id in new[] { 3, 1, 2 })
        {
            scheduler.Hear(JobSamples.Waiting(id));
        }

        Assert.Equal([new Placement(new JobId(1), "m1")], scheduler.Plan(Now));
        Assert.Empty(scheduler.Plan(Now));

        scheduler.Hear(JobSamples.In(JobState.Failed, 1));
        Assert.Equal([new Placement(new JobId(2), "m1")], scheduler.Plan(Now));
    }

    [Fact]
    public void What_is_placed_counts_from_the_plan_on_and_through_launch_and_run()
    {
        var scheduler = New(CapacityPolicies.OneAtATime);
        scheduler.Hear(JobSamples.Waiting(1));
        scheduler.Hear(JobSamples.Waiting(2));
        scheduler.Plan(Now);
        Assert.Equal((1, 0), (scheduler.Inventories[0].Launching, scheduler.Inventories[0].Running));

        scheduler.Hear(JobSamples.Starting(1));
        Assert.Equal((1, 0), (scheduler.Inventories[0].Launching, scheduler.Inventories[0].Running));
        Assert.Empty(scheduler.Plan(Now));

        scheduler.Hear(JobSamples.Working(1));
        Assert.Equal((0, 1), (scheduler.Inventories[0].Launching, scheduler.Inventories[0].Running));
        Assert.Empty(scheduler.Plan(Now));

        scheduler.Hear(JobSamples.In(JobState.Succeeded, 1));
        Assert.Single(scheduler.Plan(Now));
    }

    [Fact]
    public void A_job_that_does_not_fit_holds_up_none_that_does()
    {
        var scheduler = New(CapacityPolicies.ByResources, new MachineFacts("m1", Cpus(4)));
        scheduler.Hear(Needing(1, cpus: 3));
        Assert.Single(scheduler.Plan(Now));
        scheduler.Hear(Needing(2, cpus: 2));
        scheduler.Hear(Needing(3, cpus: 1));

        Assert.Equal([new JobId(3)], scheduler.Plan(Now).Select(p => p.Job));
    }

    [Fact]
    public void A_job_that_was_put_off_is_passed_over_and_is_first_again_at_its_time()
    {
        var scheduler = New(CapacityPolicies.OneAtATime);
        scheduler.Hear(JobSamples.PutOff(1));
        scheduler.Hear(JobSamples.Waiting(2));
        scheduler.Hear(JobSamples.Waiting(3));
        Assert.Equal(JobSamples.At(9), scheduler.NextLookAt());

        Assert.Equal([new Placement(new JobId(2), "m1")], scheduler.Plan(JobSamples.At(8)));
        scheduler.Hear(JobSamples.In(JobState.Failed, 2));

        Assert.Equal([new Placement(new JobId(1), "m1")], scheduler.Plan(JobSamples.At(9)));
        Assert.Null(scheduler.NextLookAt());
    }

    [Fact]
    public void The_time_alone_brings_a_job_back_that_was_put_off()
    {
        var scheduler = New(CapacityPolicies.OneAtATime);
        scheduler.Hear(JobSamples.PutOff(1));

        Assert.Empty(scheduler.Plan(JobSamples.At(8)));
        Assert.Empty(scheduler.Plan(JobSamples.At(9).AddTicks(-1)));
        Assert.Single(scheduler.Plan(JobSamples.At(9)));
    }

    [Fact]
    public void Nobody_looks_again_for_a_job_that_was_put_off_and_no_longer_waits()
    {
        var scheduler = New(CapacityPolicies.OneAtATime);
        scheduler.Hear(JobSamples.PutOff(1));
        scheduler.Hear(JobSamples.PutOff(1).Wished());

        Assert.Null(scheduler.NextLookAt());
    }

    [Fact]
    public void A_job_that_is_to_be_cancelled_is_never_planned()
    {
        var scheduler = New(CapacityPolicies.OneAtATime);
        scheduler.Hear(JobSamples.Waiting(1).Wished());
        scheduler.Hear(JobSamples.Waiting(2));
        scheduler.Hear(JobSamples.Waiting(2).Wished());

        Assert.Empty(scheduler.Plan(Now));
    }

    [Fact]
    public void A_job_that_is_to_be_cancelled_holds_its_place_until_it_has_ended()
    {
        var scheduler = New(CapacityPolicies.OneAtATime);
        scheduler.Hear(JobSamples.Working(1).Wished());
        scheduler.Hear(JobSamples.Waiting(2));
        Assert.Empty(scheduler.Plan(Now));

        scheduler.Hear(JobSamples.In(JobState.Cancelled, 1));
        Assert.Single(scheduler.Plan(Now));
    }

    [Fact]
    public void A_placement_that_did_not_come_about_gives_its_room_back_and_is_planned_again_when_it_is_applied()
    {
        var scheduler = New(CapacityPolicies.OneAtATime);
        scheduler.Hear(JobSamples.Waiting(1));
        scheduler.Plan(Now);

        scheduler.Scheduler.Remove(new JobId(1));
        Assert.Equal(0, scheduler.Inventories[0].Open);
        Assert.Empty(scheduler.Plan(Now));

        scheduler.Hear(JobSamples.Waiting(1));
        Assert.Single(scheduler.Plan(Now));
    }

    [Fact]
    public void Machines_are_filled_in_their_order()
    {
        var scheduler = New(CapacityPolicies.Jobs(2), new MachineFacts("m1", default), new MachineFacts("m2", default));
        for (var id = 1; id <= 5; id++)
        {
            scheduler.Hear(JobSamples.Waiting(id));
        }

        Assert.Equal(["m1", "m1", "m2", "m2"], scheduler.Plan(Now).Select(p => p.Machine));
        scheduler.Scheduler.Remove(new JobId(1));
        Assert.Equal([new Placement(new JobId(5), "m1")], scheduler.Plan(Now));
    }

    [Fact]
    public void A_machine_that_turns_out_to_have_more_takes_more()
    {
        var scheduler = New(CapacityPolicies.ByResources, new MachineFacts("m1", default));
        scheduler.Hear(Needing(1, cpus: 2));
        Assert.Empty(scheduler.Plan(Now));

        scheduler.Scheduler.Offer(new MachineFacts("another", Cpus(64)));
        Assert.Empty(scheduler.Plan(Now));
        scheduler.Scheduler.Offer(new MachineFacts("m1", Cpus(2)));

        Assert.Single(scheduler.Plan(Now));
    }

    [Fact]
    public void An_attempt_on_a_machine_that_the_host_no_longer_has_takes_no_room()
    {
        var scheduler = New(CapacityPolicies.OneAtATime, new MachineFacts("new", default));
        scheduler.Hear(JobSamples.Working(1));
        scheduler.Hear(JobSamples.Waiting(2));

        Assert.Equal([new Placement(new JobId(2), "new")], scheduler.Plan(Now));
        scheduler.Hear(JobSamples.In(JobState.Failed, 1));
        Assert.Equal(1, scheduler.Inventories[0].Open);
    }

    [Fact]
    public void What_a_policy_throws_is_told_once_and_costs_the_jobs_that_it_was_asked_about_their_turn()
    {
        var policy = new CountingPolicy { Error = new InvalidOperationException("a bug of the host") };
        var scheduler = New(policy);
        scheduler.Hear(JobSamples.Waiting(1));

        Assert.Empty(scheduler.Plan(Now));
        Assert.Same(policy.Error, Assert.Single(scheduler.TakePolicyFailures()));

        policy.Error = null;
        scheduler.Hear(Needing(2, cpus: 1));
        Assert.Equal([new JobId(2)], scheduler.Plan(Now).Select(p => p.Job));

        scheduler.Hear(JobSamples.In(JobState.Failed, 2));
        scheduler.Hear(JobSamples.Waiting(3));
        scheduler.Scheduler.LookAgain();
        Assert.Equal([new JobId(1)], scheduler.Plan(Now).Select(p => p.Job));
    }

    [Fact]
    public void A_policy_that_throws_whatever_it_is_asked_is_asked_about_few_in_each_plan()
    {
        var policy = new CountingPolicy { Error = new InvalidOperationException("a bug of the host") };
        var scheduler = New(policy);
        for (var id = 1; id <= 1000; id++)
        {
            scheduler.Hear(JobSamples.Waiting(id));
        }

        Assert.Empty(scheduler.Plan(Now));
        Assert.InRange(policy.Calls, 1, 10);
        policy.Error = null;
        scheduler.Scheduler.LookAgain();
        Assert.Equal([new JobId(1)], scheduler.Plan(Now).Select(p => p.Job));
    }

    [Fact]
    public void What_fits_nowhere_holds_up_nobody_and_waits_in_the_queue_again_when_a_machine_has_more()
    {
        var scheduler = New(CapacityPolicies.ByResources, new MachineFacts("m1", Cpus(2)));
        scheduler.Hear(Needing(1, cpus: 3));
        scheduler.Hear(Needing(2, cpus: 2));
        Assert.Equal([new JobId(2)], scheduler.Plan(Now).Select(p => p.Job));
        Assert.Equal([(new JobId(1), "'m1': it needs 3 processors, of which 2 are free")], scheduler.TakeTold());

        scheduler.Scheduler.Offer(new MachineFacts("m1", Cpus(2)));
        Assert.Empty(scheduler.Plan(Now));
        Assert.Empty(scheduler.TakeTold());

        scheduler.Scheduler.Offer(new MachineFacts("m1", Cpus(4)));
        Assert.Empty(scheduler.Plan(Now));
        Assert.Equal([(new JobId(1), null)], scheduler.TakeTold());
        scheduler.Hear(JobSamples.In(JobState.Succeeded, 2));
        Assert.Equal([new JobId(1)], scheduler.Plan(Now).Select(p => p.Job));
    }

    [Fact]
    public void What_a_decider_before_found_to_fit_nowhere_is_looked_at_when_the_machines_have_said_what_they_have()
    {
        var scheduler = New(CapacityPolicies.ByResources, new MachineFacts("m1", default));
        scheduler.Hear(Needing(1, cpus: 3) with { QueueReason = "it needs more" });
        Assert.Empty(scheduler.Plan(Now));
        Assert.Empty(scheduler.TakeTold());

        scheduler.Scheduler.Offer(new MachineFacts("m1", Cpus(3)));

        Assert.Equal([new JobId(1)], scheduler.Plan(Now).Select(p => p.Job));
    }

    [Fact]
    public void Room_that_was_given_and_given_back_is_whole_again()
    {
        var scheduler = New(CapacityPolicies.ByResources, new MachineFacts("m1", Cpus(1)));
        scheduler.Hear(Needing(1, cpus: 0.2));
        scheduler.Hear(Needing(2, cpus: 0.6));
        Assert.Equal(2, scheduler.Plan(Now).Count);
        scheduler.Scheduler.Remove(new JobId(1));
        scheduler.Scheduler.Remove(new JobId(2));

        scheduler.Hear(Needing(3, cpus: 1));

        Assert.Single(scheduler.Plan(Now));
        Assert.Equal(Cpus(1), scheduler.Inventories[0].Used);
    }

    [Fact]
    public void A_start_asks_the_policy_no_more_often_when_a_hundred_thousand_wait()
    {
        var policy = new CountingPolicy();
        var scheduler = New(policy, new MachineFacts("m1", default), new MachineFacts("m2", default));
        for (var id = 1; id <= 100_000; id++)
        {
            scheduler.Hear(JobSamples.Waiting(id));
        }

        scheduler.Plan(Now);
        for (var id = 1; id <= 100; id++)
        {
            policy.Calls = 0;
            scheduler.Hear(JobSamples.In(JobState.Succeeded, id));
            Assert.Single(scheduler.Plan(Now));
            Assert.InRange(policy.Calls, 1, 5);
            Assert.Empty(scheduler.Plan(Now));
            Assert.InRange(policy.Calls, 1, 5);
        }
    }

    [Fact]
    public void What_ran_before_counts_as_what_it_was_given_whatever_its_algorithm_is_now()
    {
        var scheduler = new WholePlan(CapacityPolicies.ByResources, [new MachineFacts("m1", Cpus(4))], needs: _ => Cpus(1));
        var begin = new JobCommand.BeginAttempt(new JobId(1), 1, "m1", JobSamples.At(1)) { Given = new Grant(2, 0, 0) };
        var waiting = JobSamples.Waiting(1);
        scheduler.Hear((waiting with { Request = waiting.Request with { Workers = 2 } }).After(begin));

        scheduler.Hear(JobSamples.Waiting(2));

        Assert.Empty(scheduler.Plan(Now));
        Assert.Equal(Cpus(4), scheduler.Inventories[0].Used);
    }

    [Fact]
    public void What_an_algorithm_needs_may_change_while_jobs_wait()
    {
        var needed = Cpus(3);
        var scheduler = new WholePlan(CapacityPolicies.ByResources, [new MachineFacts("m1", Cpus(4))], needs: _ => needed);
        scheduler.Hear(JobSamples.Waiting(1));
        scheduler.Hear(JobSamples.Waiting(2));
        Assert.Single(scheduler.Plan(Now));

        needed = Cpus(1);
        scheduler.Hear(JobSamples.Waiting(2));

        Assert.Equal([new Placement(new JobId(2), "m1")], scheduler.Plan(Now));
        Assert.Equal(Cpus(4), scheduler.Inventories[0].Used);
    }

    private static WholePlan New(ICapacityPolicy policy, params MachineFacts[] machines) =>
        new(policy, machines.Length > 0 ? machines : null, needs: NeedsOf);

    private static Resources NeedsOf(TrainingRequest request) =>
        double.TryParse(request.DatasetId, System.Globalization.CultureInfo.InvariantCulture, out var cpus) ? Cpus(cpus) : default;

    private static Resources Cpus(double cpus) => new(cpus, 0);

    private static Job Needing(long id, double cpus) =>
        JobTransitions.Create(new JobId(id), JobSamples.Submit(cpus.ToString(System.Globalization.CultureInfo.InvariantCulture)));

    private sealed class CountingPolicy : ICapacityPolicy
    {
        public int Calls { get; set; }

        public Exception? Error { get; set; }

        public CapacityAnswer Fits(Resources resources, Inventory inventory)
        {
            Calls++;
            return Error is null ? CapacityPolicies.OneAtATime.Fits(resources, inventory) : throw Error;
        }
    }
}
