using Orca.Training.Client;

namespace Orca.Training.AspNetCore.Http;

/// <summary>
/// The names of fields in JSON. The service names them as the gRPC contract does; where this door spells one differently, so do its errors.
/// </summary>
internal static class FieldNames
{
    private static readonly (string Contract, string Json)[] Different =
    [
        ("dataset_id", "dataset"),
        ("train_data_version_hash", "dataset_version"),
        ("output_model_name", "model"),
        ("resources.cpus", "cpus"),
        ("resources.memory_mib", "memory_mib"),
        ("resources.gpus", "gpus"),
        ("resources.gpu_kind", "gpu_kind"),
        ("states", "state"),
    ];

    /// <summary>A refusal with its fields in the spelling of JSON.</summary>
    public static TrainingException OfThisDoor(TrainingException refusal)
    {
        if (refusal.Violations.Count == 0)
        {
            return refusal;
        }

        var violations = refusal.Violations.Select(v => v with { Field = Of(v.Field) }).ToList();
        return violations.SequenceEqual(refusal.Violations)
            ? refusal
            : new TrainingException(refusal.Error, string.Join(" ", violations.Select(v => $"{v.Field}: {v.Description}")), violations, refusal);
    }

    private static string Of(string field)
    {
        foreach (var (contract, json) in Different)
        {
            if (field == contract || field.EndsWith("." + contract, StringComparison.Ordinal))
            {
                return field[..^contract.Length] + json;
            }
        }

        return field;
    }
}
