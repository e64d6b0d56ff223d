namespace Orca.Training.Client;

/// <summary>A caller, with what follows from its scope.</summary>
/// <param name="Rights">What the caller may do.</param>
/// <param name="Names">The datasets and models that the caller sees.</param>
/// <param name="Guard">The checks around each call.</param>
internal sealed record Caller(CallerRights Rights, CallerNames Names, CallGuard Guard);
