using Orca.Training.Client;
using Orca.Training.Jobs;
using Orca.Training.Machines;

namespace Orca.Training.Tests.Client;

/// <summary>Parameters whose names differ only by case: the training would get both.</summary>
public sealed class ParameterCaseTests
{
    private static readonly RequestValidator Rules = new(
        new RequestLimits(), ["a"], 1, new Dictionary<string, AlgorithmDefaults> { ["a"] = new(null, null) { Parameters = ["EPOCHS"] } });

    private static readonly TrainingRequest Good = new() { Algorithm = "a", DatasetId = "d" };

    [Fact]
    public void One_that_differs_from_the_algorithm_s_own_by_case_is_refused_naming_both()
    {
        var found = Assert.Single(Rules.Check(With("epochs")));

        Assert.Equal(("parameters[epochs]", "The algorithm's own parameter is 'EPOCHS', which differs only by case: use that name, because the training would get both."), (found.Field, found.Description));
        Assert.Empty(Rules.Check(With("EPOCHS")));
    }

    [Fact]
    public void The_same_holds_for_a_sweep_s_parameters()
    {
        var found = new List<FieldViolation>();
        SweepExpansion.Check(new TrainingSweep { Request = Good, Grid = [new("Epochs", ["1"]), new("LR", ["1"]), new("lr", ["1"])] }, Rules, found);

        Assert.Equal(["grid[0].name", "grid[2].name"], found.Select(v => v.Field));
        Assert.All(found, v => Assert.Contains(v.Field == "grid[0].name" ? "'EPOCHS'" : "'LR'", v.Description, StringComparison.Ordinal));
    }

    [Fact]
    public void An_algorithm_that_got_its_parameter_after_the_submission_does_not_give_it_too()
    {
        var algorithm = new AlgorithmOptions { Parameters = { ["EPOCHS"] = "60", ["LR"] = "0.1" } };

        Assert.Equal(new Dictionary<string, string> { ["LR"] = "0.1", ["epochs"] = "3" }, ContainerContract.Parameters(With("epochs"), algorithm));
    }

    [Fact]
    public void An_algorithm_with_two_of_them_stops_the_start()
    {
        var options = new OrcaTrainingOptions().AddAlgorithm("a", "image", a => (a.Parameters["LR"], a.Parameters["lr"]) = ("1", "2"));

        var failure = Assert.Single(new OptionsValidator("").Validate(null, options).Failures!);

        Assert.Equal("OrcaTraining:Algorithms:a:Parameters has 'LR' and 'lr', which differ only by case: leave one out, because a training would get both.", failure);
    }

    private static TrainingRequest With(string name) => Good with { Parameters = new Dictionary<string, string> { [name] = "3" } };
}
