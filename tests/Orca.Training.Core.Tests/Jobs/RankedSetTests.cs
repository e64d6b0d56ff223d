using CsCheck;
using Orca.Training.Jobs;

namespace Orca.Training.Tests.Jobs;

public sealed class RankedSetTests
{
    [Fact]
    public void Behaves_as_a_sorted_set_that_knows_ranks() =>
        Gen.Select(Gen.Bool, Gen.Int[0, 2000]).Array[0, 4000].Sample(steps =>
        {
            var set = new RankedSet();
            var model = new SortedSet<long>();
            foreach (var (isAddition, value) in steps)
            {
                if (isAddition)
                {
                    set.Add(value);
                    model.Add(value);
                }
                else
                {
                    Assert.Equal(model.Remove(value), set.Remove(value));
                }
            }

            Assert.Equal(model, set.After(-1));
            Assert.Equal(model.Count, set.Count);
            var rank = 0;
            foreach (var value in model)
            {
                Assert.Equal(rank++, set.RankOf(value));
            }

            Assert.Equal(-1, set.RankOf(5000));
            Assert.Equal(model.Where(v => v > 1000), set.After(1000));
            Assert.Equal(model.Where(v => v < 1000).Reverse(), set.Before(1000));
            Assert.Equal(model.Reverse(), set.Before(long.MaxValue));
        }, iter: 60);

    [Fact]
    public void Growing_ids_fill_buckets_in_order()
    {
        var set = new RankedSet();
        for (var i = 1; i <= 10_000; i++)
        {
            set.Add(i);
        }

        Assert.Equal(9_999, set.RankOf(10_000));
        Assert.Equal(4_999, set.RankOf(5_000));
    }
}
