namespace Orca.Training.Client;

/// <summary>How <see cref="GrpcTrainingClient.Connect(Uri, Action{TrainingConnection})"/> reaches a service.</summary>
public sealed class TrainingConnection
{
    /// <summary>
    /// Gives the bearer token of the caller; asked before each call, so cache a token for as long as it is valid. An empty token sends none. What it
    /// throws fails the call as <see cref="TrainingError.Unauthenticated"/>. Default: calls carry no token.
    /// </summary>
    public Func<CancellationToken, ValueTask<string>>? Token { get; set; }
}
