namespace Orca.Training.Testing.Conformance.Clients;

/// <summary>How long a test waits for anything: nothing here takes a second, and a test that hangs tells nobody why.</summary>
internal static class Patience
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);

    /// <summary>The running test's token, which also ends by itself.</summary>
    public static CancellationToken Token
    {
        get
        {
            var source = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            source.CancelAfter(Longest);
            return source.Token;
        }
    }
}
