using Orca.Training.Client;

namespace Orca.Training.Tests.Client;

/// <summary>What callers see of an algorithm's settings.</summary>
public sealed class AlgorithmInfoTests
{
    [Fact]
    public void Declared_parameters_and_those_with_a_default_are_shown_by_name()
    {
        var options = new AlgorithmOptions { Parameters = { ["SEED"] = "1", ["EPOCHS"] = "30" } };
        options.DeclaredParameters["EPOCHS"] = new ParameterOptions { Kind = ParameterKind.WholeNumber, Least = 1, Default = "20", Description = "Rounds." };
        options.DeclaredParameters["DEVICE"] = new ParameterOptions { Choices = { "cpu", "gpu" }, Required = true };

        var info = AlgorithmInfo.Of("cnn", options);

        Assert.Equal(("cnn", false), (info.Name, info.TakesOtherParameters));
        Assert.Equivalent(
            new AlgorithmParameter[]
            {
                new("DEVICE") { Choices = ["cpu", "gpu"], IsRequired = true },
                new("EPOCHS") { Kind = ParameterKind.WholeNumber, Least = 1, Default = "30", Description = "Rounds." },
                new("SEED") { Default = "1" },
            },
            info.Parameters,
            strict: true);
    }

    [Fact]
    public void An_algorithm_of_which_nothing_is_said_takes_any_parameter() =>
        Assert.Equivalent(new AlgorithmInfo("cnn") { TakesOtherParameters = true }, AlgorithmInfo.Of("cnn", new AlgorithmOptions()), strict: true);
}
