namespace Orca.Training.Client;

/// <summary>What an algorithm's settings give each worker where a request does not say, and the most that a request may ask for.</summary>
/// <param name="Algorithm">Its name.</param>
/// <param name="Gpus">The GPUs that it gives.</param>
/// <param name="MostCpus">The most processors.</param>
/// <param name="MostMemoryMiB">The most memory, in MiB.</param>
/// <param name="MostGpus">The most GPUs.</param>
internal sealed record ResourceBounds(string Algorithm, int Gpus, double MostCpus, int MostMemoryMiB, int MostGpus)
{
    public static ResourceBounds Of(string name, AlgorithmOptions algorithm) => new(
        name, algorithm.Gpus, algorithm.MostCpus ?? algorithm.Cpus, algorithm.MostMemoryMiB ?? algorithm.MemoryMiB, algorithm.MostGpus ?? algorithm.Gpus);
}
