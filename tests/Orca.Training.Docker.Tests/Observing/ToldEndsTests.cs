using System.Globalization;
using Orca.Training.Docker.Observing;

namespace Orca.Training.Docker.Tests.Observing;

public sealed class ToldEndsTests
{
    [Fact]
    public void The_oldest_end_is_forgotten_for_one_too_many()
    {
        var told = new ToldEnds();
        for (var i = 0; i <= ToldEnds.Most; i++)
        {
            told.Add(i.ToString(CultureInfo.InvariantCulture));
            told.Add(i.ToString(CultureInfo.InvariantCulture));
        }

        Assert.False(told.Has("0"));
        Assert.True(told.Has("1"));
        Assert.True(told.Has(ToldEnds.Most.ToString(CultureInfo.InvariantCulture)));
    }
}
