namespace Orca.Training.Client;

/// <summary>The options of <see cref="GrpcTrainingClient.Connect(Uri, Action{TrainingConnection})"/>.</summary>
public sealed class TrainingConnection
{
    /// <summary>
    /// Returns the bearer token of the caller. It is called before each call, so cache a token while it is valid. If it returns an empty text, no token is
    /// sent. If it throws, the call fails as <see cref="TrainingError.Unauthenticated"/>. Default: calls have no token.
    /// </summary>
    public Func<CancellationToken, ValueTask<string>>? Token { get; set; }
}
