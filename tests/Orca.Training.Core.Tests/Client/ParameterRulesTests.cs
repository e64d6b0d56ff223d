using Orca.Training.Client;
using Orca.Training.Jobs;

namespace Orca.Training.Tests.Client;

/// <summary>An algorithm says which parameters it takes, and requests are held to it when they are submitted.</summary>
public sealed class ParameterRulesTests
{
    private static readonly AlgorithmOptions Algorithm = new()
    {
        Image = "image",
        Parameters = { ["SEED"] = "1" },
        DeclaredParameters =
        {
            ["EPOCHS"] = new() { Kind = ParameterKind.WholeNumber, Least = 1, Most = 500, Default = "20" },
            ["LR"] = new() { Kind = ParameterKind.Number, Least = 0 },
            ["OPTIMIZER"] = new() { Choices = { "adamw", "sgd" } },
            ["AMP"] = new() { Kind = ParameterKind.Boolean },
            ["TARGET"] = new() { Required = true },
        },
    };

    [Theory]
    [InlineData("EPOCHS", "1")]
    [InlineData("EPOCHS", "500")]
    [InlineData("LR", "1e-3")]
    [InlineData("LR", "0")]
    [InlineData("OPTIMIZER", "sgd")]
    [InlineData("AMP", "True")]
    [InlineData("AMP", "0")]
    [InlineData("SEED", "anything")]
    [InlineData("TARGET", "")]
    public void What_fits_is_right(string name, string value) => Assert.Empty(Check(Algorithm, name, value));

    [Theory]
    [InlineData("EPOCHS", "0", "'0' is not valid: give a whole number from 1 to 500.")]
    [InlineData("EPOCHS", "2.5", "'2.5' is not valid: give a whole number from 1 to 500.")]
    [InlineData("EPOCHS", " 5", "' 5' is not valid: give a whole number from 1 to 500.")]
    [InlineData("LR", "NaN", "'NaN' is not valid: give a number of at least 0.")]
    [InlineData("LR", "-1", "'-1' is not valid: give a number of at least 0.")]
    [InlineData("LR", "0,1", "'0,1' is not valid: give a number of at least 0.")]
    [InlineData("OPTIMIZER", "SGD", "'SGD' is not valid: give one of 'adamw', 'sgd'.")]
    [InlineData("AMP", "yes\n", "'yes\uFFFD' is not valid: give true or false.")]
    [InlineData("EPOCH", "2", "'a' takes no parameter of this name: did you mean EPOCHS?")]
    [InlineData("epochs", "2", "'a' takes no parameter of this name: did you mean EPOCHS?")]
    [InlineData("WHATEVER", "2", "'a' takes no parameter of this name: it takes AMP, EPOCHS, LR, OPTIMIZER, SEED, TARGET.")]
    [InlineData("PS4", "$(id)", "The name is reserved: it would change how the container works. Give another name.")]
    public void What_does_not_is_refused_by_its_name_with_what_would_be_right(string name, string value, string says) =>
        Assert.Equal(new FieldViolation($"parameters[{name}]", says), Assert.Single(Check(Algorithm, name, value)));

    [Fact]
    public void What_has_to_be_given_is_missed()
    {
        var violation = Assert.Single(New(Algorithm).Check(Request([])));

        Assert.Equal(new FieldViolation("parameters[TARGET]", "It is missing, and 'a' needs it: give a text."), violation);
        Assert.Empty(New(Algorithm).Check(Request([]), ["TARGET"]));
    }

    [Fact]
    public void Other_names_are_taken_where_nothing_is_declared_or_the_algorithm_allows_it()
    {
        Assert.Empty(Check(new AlgorithmOptions(), "ANY", "x"));
        Assert.Single(Check(new AlgorithmOptions { AllowOtherParameters = false }, "ANY", "x"));
        var open = new AlgorithmOptions { AllowOtherParameters = true, DeclaredParameters = { ["N"] = new() { Kind = ParameterKind.WholeNumber } } };
        Assert.Empty(Check(open, "ANY", "x"));
        Assert.Single(Check(open, "N", "x"));
    }

    [Fact]
    public void A_rerun_repeats_what_was_executed_whatever_the_algorithm_says_by_now() =>
        Assert.Empty(New(Algorithm).Check(Request(new() { ["GONE"] = "1" }) with { RerunOf = new JobId(3) }));

    [Fact]
    public void A_sweep_s_grid_is_held_to_the_same()
    {
        var sweep = new TrainingSweep
        {
            Request = Request(new() { ["TARGET"] = "t" }),
            Grid = [new SweepParameter("EPOCH", ["1", "2"]), new SweepParameter("LR", ["0.1", "fast"])],
        };
        var found = new List<FieldViolation>();

        SweepExpansion.Check(sweep, New(Algorithm), found);

        Assert.Equal(
            ["grid[0].name: 'a' takes no parameter of this name: did you mean EPOCHS?", "grid[1].values[1]: 'fast' is not valid: give a number of at least 0."],
            found.Select(f => $"{f.Field}: {f.Description}"));
    }

    [Fact]
    public void What_an_algorithm_declares_wrongly_is_said_at_start_by_the_setting_s_path()
    {
        var options = new OrcaTrainingOptions().AddAlgorithm("a", "image", a =>
        {
            a.Parameters["SEED"] = "x";
            a.ShmMiB = 2048;
            a.DeclaredParameters["SEED"] = new() { Kind = ParameterKind.WholeNumber };
            a.DeclaredParameters["LD_PRELOAD"] = new();
            a.DeclaredParameters["N"] = new() { Kind = ParameterKind.WholeNumber, Least = 5, Most = 1, Default = "a", Choices = { "7" } };
            a.DeclaredParameters["T"] = new() { Least = 1 };
        });

        var failures = new OptionsValidator("").Validate(null, options).Failures!.ToList();

        string[] wrong =
        [
            "ShmMiB is 2048", "Parameters:SEED is 'x'", "DeclaredParameters:LD_PRELOAD has a reserved name", "DeclaredParameters:N:Most is 1", "DeclaredParameters:N:Choices:0 is '7'",
            "DeclaredParameters:N:Default is 'a'", "DeclaredParameters:T:Least is 1",
        ];
        Assert.All(wrong, w => Assert.Contains(failures, f => f.StartsWith($"OrcaTraining:Algorithms:a:{w}", StringComparison.Ordinal)));
        Assert.Equal(wrong.Length, failures.Count);
    }

    private static List<FieldViolation> Check(AlgorithmOptions algorithm, string name, string value)
    {
        var parameters = new Dictionary<string, string> { [name] = value };
        if (algorithm.DeclaredParameters.ContainsKey("TARGET"))
        {
            parameters.TryAdd("TARGET", "t");
        }

        return New(algorithm).Check(Request(parameters));
    }

    private static TrainingRequest Request(Dictionary<string, string> parameters) => new() { Algorithm = "a", DatasetId = "d", Parameters = parameters };

    private static RequestValidator New(AlgorithmOptions algorithm) =>
        new(new RequestLimits(), ["a"], 1, new Dictionary<string, AlgorithmDefaults> { ["a"] = AlgorithmDefaults.None with { Rules = new ParameterRules("a", algorithm) } });
}
