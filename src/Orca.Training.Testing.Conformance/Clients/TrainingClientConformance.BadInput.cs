using Orca.Training.Client;

namespace Orca.Training.Testing.Conformance.Clients;

/// <summary>Each call with each bad argument: the table is <see cref="BadInput"/>.</summary>
public abstract partial class TrainingClientConformance
{
    public static readonly TheoryData<string> BadInputs = [.. BadInput.Table.Select(b => b.What)];

    [Theory]
    [MemberData(nameof(BadInputs))]
    public async Task A_bad_argument_meets_its_exact_error_and_leaves_nothing_behind(string what)
    {
        var bad = BadInput.Table.Single(b => b.What == what);
        var (installation, client) = await InstallAsync();

        var refusal = await Assert.ThrowsAsync<TrainingException>(() => bad.Call(client, Token));

        Assert.Equal((bad.Error, bad.Message), (refusal.Error, refusal.Message));
        Assert.Equal(bad.Violations, refusal.Violations);
        Assert.Empty((await installation.Client.ListTrainingsAsync(new TrainingQuery(), Token)).Trainings);
    }
}
