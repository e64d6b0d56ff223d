using Orca.Training.Kubernetes.Observing;

namespace Orca.Training.Kubernetes.Tests.Observing;

public sealed class AttemptLabelsTests
{
    [Theory]
    [InlineData("Acme.Training-Host_2", "Acme.Training-Host_2")]
    [InlineData("two words", "two-words-")]
    [InlineData("-edge-", "edge-")]
    [InlineData("漢字", "")]
    [InlineData("", "")]
    public void Names_become_values_that_a_label_can_have(string name, string begins)
    {
        var value = AttemptLabels.ValueOf(name);

        Assert.StartsWith(begins, value, StringComparison.Ordinal);
        Assert.Matches("^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$", value);
    }

    [Fact]
    public void Two_names_never_have_the_same_value()
    {
        string[] names = ["a b", "a-b", "a/b", "a  b", "漢", "字", new string('x', 63), new string('x', 64), new string('x', 65), new string('x', 64) + "y"];
        var values = names.Select(AttemptLabels.ValueOf).ToList();

        Assert.Equal(names.Length, values.Distinct().Count());
        Assert.All(values, v => Assert.InRange(v.Length, 1, 63));
    }
}
