using Orca.Training.Jobs;
using static System.FormattableString;

namespace Orca.Training.Minio.Artifacts;

/// <summary>Where the parts of a run lie in their bucket.</summary>
internal static class RunKeys
{
    public static string Job(InstallationId installation, JobId job) => $"{installation}/{job}";

    public static string Checkpoint(InstallationId installation, JobId job) => $"{Job(installation, job)}/checkpoint";

    public static string Attempt(AttemptName attempt) => Invariant($"{Job(attempt.Installation, attempt.Attempt.Job)}/{attempt.Attempt.Number}");

    public static string Output(AttemptName attempt) => $"{Attempt(attempt)}/output";

    /// <summary>Where what it left lies from its end on: nothing that the attempt was given opens it.</summary>
    public static string Published(AttemptName attempt) => $"{Attempt(attempt)}/published";

    /// <summary>What opens its places, renewed while it runs.</summary>
    public static string Access(AttemptName attempt) => $"{Attempt(attempt)}/access.json";
}
