namespace Orca.Training.Client;

/// <summary>Who calls, with all that follows from it.</summary>
/// <param name="Rights">What the caller may do.</param>
/// <param name="Names">Which datasets and models are there for the caller.</param>
/// <param name="Guard">What lies around each call.</param>
internal sealed record Caller(CallerRights Rights, CallerNames Names, CallGuard Guard);
