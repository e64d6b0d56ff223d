using Orca.Training.Client;

namespace Orca.Training.Testing.Conformance.Clients;

/// <summary>What can be trained.</summary>
public abstract partial class TrainingClientConformance
{
    [Fact]
    public async Task An_algorithm_arrives_with_every_field()
    {
        AlgorithmInfo[] algorithms =
        [
            new("bert")
            {
                TakesOtherParameters = true,
                Parameters =
                [
                    new("EPOCHS") { Kind = ParameterKind.WholeNumber, Least = 1, Most = 100, Default = "20", IsRequired = true, Description = "How often the data is gone through." },
                    new("OPTIMIZER") { Choices = ["adam", "sgd"], Default = "" },
                ],
            },
            new("cnn"),
        ];
        var client = await ReachAsync(new ScriptedClient { Algorithms = _ => Task.FromResult<IReadOnlyList<AlgorithmInfo>>(algorithms) }, user: null);

        var found = await client.ListAlgorithmsAsync(Token);

        Assert.Equivalent(algorithms, found, strict: true);
    }

    [Fact]
    public async Task The_algorithms_that_requests_can_name_are_listed()
    {
        var (_, client) = await InstallAsync();

        var found = Assert.Single(await client.ListAlgorithmsAsync(Token));

        Assert.Equal((Installation.Request.Algorithm, true), (found.Name, found.TakesOtherParameters));
        Assert.Empty(found.Parameters);
    }
}
