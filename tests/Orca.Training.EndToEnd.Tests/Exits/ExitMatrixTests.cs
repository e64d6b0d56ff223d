namespace Orca.Training.EndToEnd.Tests.Exits;

/// <summary>Whatever ends a training on the real engine: its own outcome, and a sentence that says so.</summary>
public sealed class ExitMatrixTests(ExitMatrix matrix) : IClassFixture<ExitMatrix>
{
    public static TheoryData<string> EachCause => [.. Causes.All.Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(EachCause))]
    public async Task A_training_ends_by(string what)
    {
        var cause = Causes.All.Single(c => c.Name == what);

        var status = await matrix.EndOfAsync(cause);

        Assert.True(status.Outcome?.Code == cause.Outcome || (cause.Or is not null && status.Outcome?.Code == cause.Or), $"{status.State} {status.Outcome?.Code}: {status.Message}");
        Assert.Equal(cause.State, status.State);
        Assert.Contains(cause.Says, status.Outcome!.Message, StringComparison.Ordinal);
    }
}
