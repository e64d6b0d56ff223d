using CsCheck;
using Orca.Training.Scheduling.Capacity;

namespace Orca.Training.Tests.Scheduling.Capacity;

/// <summary>Whether there is room, and if not, why not.</summary>
public sealed class CapacityPoliciesTests
{
    private const long GiB = 1L << 30;

    private static readonly Resources Machine = new(8, 16 * GiB, 2);

    private static readonly ICapacityPolicy[] All = [CapacityPolicies.OneAtATime, CapacityPolicies.Jobs(3), CapacityPolicies.ByResources];

    [Theory]
    [InlineData(1, 0, 0, null)]
    [InlineData(1, 1, 0, "the machine is busy with another job")]
    [InlineData(1, 0, 1, "the machine is busy with another job")]
    [InlineData(3, 1, 1, null)]
    [InlineData(3, 1, 2, "the machine is busy with 3 jobs, which is its limit")]
    [InlineData(3, 5, 2, "the machine is busy with 3 jobs, which is its limit")]
    public void A_number_of_jobs_counts_those_that_launch_and_those_that_run(int limit, int launching, int running, string? reason)
    {
        var answer = CapacityPolicies.Jobs(limit).Fits(new Resources(99, 99), new Inventory("m", default, default, launching, running));

        Assert.Equal((reason, reason is null), (answer.Reason, answer.Fits));
    }

    [Fact]
    public void The_classic_policy_is_one_job_at_a_time()
    {
        Assert.True(CapacityPolicies.OneAtATime.Fits(Machine, new Inventory("m", default, default, 0, 0)).Fits);
        Assert.False(CapacityPolicies.OneAtATime.Fits(default, new Inventory("m", Machine, default, 1, 0)).Fits);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void A_number_below_one_is_refused(int count) => Assert.Throws<ArgumentOutOfRangeException>(() => CapacityPolicies.Jobs(count));

    public static TheoryData<Resources, Resources, string?> Cases => new()
    {
        { default, Machine, null },
        { Machine, default, null },
        { new Resources(2, 4 * GiB, 1), new Resources(6, 12 * GiB, 1), null },
        { new Resources(2.25, 0), new Resources(6, 0), "it needs 2.25 processors, of which 2 are free" },
        { new Resources(0, 4 * GiB), new Resources(0, 13 * GiB), "it needs 4096 MiB of memory, of which 3072 are free" },
        { new Resources(0, 0, 1), new Resources(0, 0, 2), "it needs 1 GPUs, of which 0 are free" },
        { new Resources(9, 99 * GiB, 9), default, "it needs 9 processors, of which 8 are free" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Resources_are_what_the_machine_has_less_what_is_in_use(Resources needs, Resources used, string? reason)
    {
        var answer = CapacityPolicies.ByResources.Fits(needs, new Inventory("m", Machine, used, 0, 0));

        Assert.Equal((reason, reason is null), (answer.Reason, answer.Fits));
    }

    [Fact]
    public void More_room_never_turns_a_yes_into_a_no()
    {
        var amounts = Gen.Select(Gen.Int[0, 8], Gen.Int[0, 8], Gen.Int[0, 3]).Select((c, m, g) => new Resources(c / 4.0, m * GiB, g));
        Gen.Select(amounts, amounts, amounts, amounts, amounts).Select(Gen.Int[0, 3], Gen.Int[0, 3], (r, open, less) => (r, open, less)).Sample(x =>
        {
            var ((needs, total, used, moreTotal, lessUsed), open, less) = x;
            var before = new Inventory("m", total, used + lessUsed, open + less, open);
            var after = new Inventory("m", total + moreTotal, used, open, open);
            foreach (var policy in All)
            {
                Assert.True(!policy.Fits(needs, before).Fits || policy.Fits(needs, after).Fits, $"{needs} fits {before}, and no longer {after}");
            }
        });
    }

    [Fact]
    public void An_answer_of_no_has_a_reason() => Assert.Throws<ArgumentException>(() => CapacityAnswer.No(""));
}
