using Orca.Training.Bench.Kill;

namespace Orca.Training.Bench.Tests.Kill;

public sealed class KillPlanTests
{
    [Fact]
    public void Every_boundary_gets_what_is_wanted_and_all_else_is_at_random()
    {
        var plan = new KillPlan(wanted: 3, new Random(1));
        for (var i = 0; i < Boundary.All.Count * 5; i++)
        {
            var order = plan.Next(_ => true);
            plan.Killed(order, wasThere: order.Boundary is not null);
        }

        Assert.All(plan.Met.Values, met => Assert.Equal(3, met));
        Assert.Equal(Boundary.All.Count * 5, plan.Kills);
    }

    [Fact]
    public void A_boundary_that_was_not_met_is_ordered_again()
    {
        var plan = new KillPlan(wanted: 1, new Random(1));
        var only = Boundary.All[0];
        for (var i = 0; i < 20; i++)
        {
            plan.Killed(plan.Next(b => b == only), wasThere: false);
        }

        Assert.InRange(plan.Missed, 10, 20);
        Assert.Equal(0, plan.Met[only]);
    }

    [Fact]
    public void A_host_is_not_sent_where_it_never_comes()
    {
        var plan = new KillPlan(wanted: 1, new Random(1));

        Assert.All(Enumerable.Range(0, 100), _ => Assert.Null(plan.Next(_ => false).Boundary));
    }

    [Fact]
    public void A_boundary_is_read_as_it_is_written() => Assert.All(Boundary.All, b => Assert.Equal(b, Boundary.Parse(b.ToString())));
}
