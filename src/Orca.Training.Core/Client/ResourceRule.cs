using Orca.Training.Jobs;
using static System.FormattableString;

namespace Orca.Training.Client;

/// <summary>What a request may say of its order and of its workers' resources.</summary>
internal static class ResourceRule
{
    private const int MostPriority = 1000;

    // Less becomes no limit at all, or one that an engine does not take.
    private const double LeastCpus = 0.01;
    private const int LeastMemoryMiB = 6;

    /// <param name="request">The request.</param>
    /// <param name="bounds">What its algorithm allows; null where that is not known.</param>
    /// <param name="longestName">The most characters of a kind of GPU.</param>
    /// <param name="found">What is wrong.</param>
    public static void Check(TrainingRequest request, ResourceBounds? bounds, int longestName, List<FieldViolation> found)
    {
        if (request.Priority is < -MostPriority or > MostPriority)
        {
            found.Add(new FieldViolation("priority", Invariant($"{request.Priority} is not allowed: give -{MostPriority} to {MostPriority}.")));
        }

        if (request.Resources is not { } resources)
        {
            return;
        }

        if (resources.Cpus is { } cpus)
        {
            CheckNumber("resources.cpus", cpus, LeastCpus, bounds?.MostCpus, "", bounds, found);
        }

        if (resources.MemoryMiB is { } memory)
        {
            CheckNumber("resources.memory_mib", memory, LeastMemoryMiB, bounds?.MostMemoryMiB, " MiB", bounds, found);
        }

        if (resources.Gpus is { } gpus)
        {
            CheckNumber("resources.gpus", gpus, 0, bounds?.MostGpus, "", bounds, found);
        }

        NameRule.CheckText("resources.gpu_kind", resources.GpuKind, longestName, isRequired: false, found);
        if (resources.GpuKind is not null && (resources.Gpus ?? bounds?.Gpus) == 0)
        {
            found.Add(new FieldViolation("resources.gpu_kind", "The training has no GPUs: give resources.gpus too, or leave it out."));
        }
    }

    private static void CheckNumber(string field, double value, double least, double? most, string unit, ResourceBounds? bounds, List<FieldViolation> found)
    {
        if (!double.IsFinite(value) || value < least)
        {
            var upTo = most is null ? Invariant($"at least {least}{unit}") : most <= least ? Invariant($"{most}{unit}") : Invariant($"{least} to {most}{unit}");
            found.Add(new FieldViolation(field, Invariant($"{value}{unit} is not possible: give {upTo}.")));
        }
        else if (value > most)
        {
            found.Add(new FieldViolation(
                field, Invariant($"{value}{unit} is more than the algorithm '{bounds!.Algorithm}' allows for each worker: give at most {most}{unit}.")));
        }
    }
}
