using Orca.Training.Jobs;
using Orca.Training.Machines;
using static System.FormattableString;

namespace Orca.Training.Client;

/// <summary>Checks a request's own form: everything that can be said without asking a store. Pure.</summary>
/// <param name="limits">What requests may not exceed.</param>
/// <param name="algorithms">The algorithms that there are.</param>
/// <param name="maxRanks">The most workers of a training.</param>
/// <param name="defaults">What algorithms say for requests that do not; those that say nothing are left out.</param>
internal sealed class RequestValidator(
    RequestLimits limits, IEnumerable<string> algorithms, int maxRanks, IReadOnlyDictionary<string, AlgorithmDefaults>? defaults = null)
{
    private const int MostViolations = 100;

    private readonly SortedSet<string> _algorithms = new(algorithms, StringComparer.Ordinal);

    /// <summary>What requests may not exceed.</summary>
    public RequestLimits Limits => limits;

    /// <summary>What is wrong with a request that <see cref="Intake"/> has taken; empty if nothing is.</summary>
    /// <param name="request">The request.</param>
    /// <param name="alsoGiven">The parameters that are given beside it, as by a sweep's grid; null for none.</param>
    public List<FieldViolation> Check(TrainingRequest request, IReadOnlyCollection<string>? alsoGiven = null)
    {
        var found = new List<FieldViolation>();
        CheckAlgorithm(request.Algorithm, found);
        CheckName("dataset_id", request.DatasetId, isRequired: true, found);
        CheckName("name", request.Name, isRequired: false, found);
        CheckNewName("output_model_name", request.OutputModelName, request, found);
        NameRule.CheckText("input_model", request.InputModel, 2 * limits.NameLength, isRequired: false, found);
        CheckName("train_data_version_hash", request.DatasetVersion, isRequired: false, found);
        CheckParameters(request, found);
        if (request.RerunOf is null)
        {
            // A rerun repeats what was executed, whatever its algorithm says by now.
            DefaultsOf(request.Algorithm).Rules.Check(request.Parameters, alsoGiven ?? [], found);
        }

        CheckLabels(request.Labels, found);
        if (request.Workers < 1 || request.Workers > maxRanks)
        {
            found.Add(new FieldViolation("workers", Invariant($"{request.Workers} is not valid here: give 1{(maxRanks > 1 ? Invariant($" to {maxRanks}") : ", since no machine of this service runs distributed trainings")}.")));
        }

        CheckNewName("group", request.Group, request, found);
        CheckKey(request.IdempotencyKey, found);
        DependencyRule.Check(request.DependsOn, limits.Dependencies, found);
        CheckName("pool", request.Pool, isRequired: false, found);
        ResourceRule.Check(request, DefaultsOf(request.Algorithm).Bounds, limits.NameLength, found);
        TimeoutRule.Check(request.Timeouts, limits.Cap, found);
        RetryRule.Check(request.Retries, limits, found);
        if (found.Count == 0)
        {
            SizeRule.Check(request, RetriesOf(request), limits, found);
        }

        return found;
    }

    /// <summary>What is wrong with a batch that <see cref="Intake"/> has taken; of very much that is wrong, the first part.</summary>
    public List<FieldViolation> Check(TrainingBatch batch)
    {
        var found = new List<FieldViolation>();
        NameRule.CheckPlain("group", batch.Group, limits.NameLength, found);
        CheckKey(batch.IdempotencyKey, found);
        for (var i = 0; i < batch.Requests.Count && found.Count < MostViolations; i++)
        {
            var (request, field) = (batch.Requests[i], TrainingBatch.FieldOf(i));
            found.AddRange(Check(request with { Group = null, IdempotencyKey = null }).Select(v => v with { Field = $"{field}.{v.Field}" }));
            if (request.Group is { } group && group != batch.Group)
            {
                found.Add(new FieldViolation($"{field}.group", "The trainings of one call have one group: give it with the call, and leave it out here."));
            }

            if (request.IdempotencyKey is not null)
            {
                found.Add(new FieldViolation($"{field}.idempotency_key", "One key stands for all trainings of one call: give it with the call, and leave it out here."));
            }
        }

        if (found.Count == 0)
        {
            SizeRule.Check(batch, limits, found);
        }

        return found;
    }

    /// <summary>The retries that a request has, its algorithm's where it says nothing.</summary>
    public RetryPolicy? RetriesOf(TrainingRequest request) => request.Retries ?? DefaultsOf(request.Algorithm).Retries;

    private void CheckKey(string? key, List<FieldViolation> found) => NameRule.CheckText("idempotency_key", key, limits.KeyLength, isRequired: false, found);

    // A run is repeated as it was, also one of a time when names might be otherwise.
    private void CheckNewName(string field, string? name, TrainingRequest request, List<FieldViolation> found)
    {
        if (request.RerunOf is null)
        {
            NameRule.CheckPlain(field, name, limits.NameLength, found);
        }
        else
        {
            CheckName(field, name, isRequired: false, found);
        }
    }

    public void CheckParameterName(string field, string name, List<FieldViolation> found)
    {
        if (!IsVariableName(name))
        {
            found.Add(new FieldViolation(field, "The name becomes an environment variable: give letters, digits and '_', not starting with a digit."));
        }
        else if (name.Length > limits.ParameterNameLength)
        {
            found.Add(new FieldViolation(field, Invariant($"The name has {name.Length} characters: give at most {limits.ParameterNameLength}.")));
        }
        else if (ReservedVariables.Contains(name))
        {
            found.Add(new FieldViolation(field, "The name is reserved: it would change how the container works. Give another name."));
        }
    }

    public void CheckParameterValue(string field, string value, List<FieldViolation> found)
    {
        if (value.Contains('\0', StringComparison.Ordinal))
        {
            found.Add(new FieldViolation(field, "The value has a NUL character: give text."));
        }
        else if (value.Length > limits.ParameterValueLength)
        {
            found.Add(new FieldViolation(field, Invariant($"The value has {value.Length} characters: give at most {limits.ParameterValueLength}.")));
        }
    }

    /// <summary>What an algorithm's settings say for requests that do not.</summary>
    public AlgorithmDefaults DefaultsOf(string algorithm) => defaults?.GetValueOrDefault(algorithm) ?? AlgorithmDefaults.None;

    private void CheckAlgorithm(string algorithm, List<FieldViolation> found)
    {
        var before = found.Count;
        CheckName("algorithm", algorithm, isRequired: true, found);
        if (found.Count == before && !_algorithms.Contains(algorithm))
        {
            found.Add(new FieldViolation("algorithm", _algorithms.Count == 0
                ? $"'{algorithm}' is unknown: this service has no algorithms."
                : $"'{algorithm}' is unknown: this service has {string.Join(", ", _algorithms.Select(a => $"'{a}'"))}."));
        }
    }

    private void CheckName(string field, string? value, bool isRequired, List<FieldViolation> found) =>
        NameRule.CheckText(field, value, limits.NameLength, isRequired, found);

    private void CheckParameters(TrainingRequest request, List<FieldViolation> found)
    {
        var parameters = request.Parameters;
        if (parameters.Count == 0)
        {
            return;
        }

        if (parameters.Count > limits.Parameters)
        {
            found.Add(new FieldViolation("parameters", Invariant($"There are {parameters.Count}: give at most {limits.Parameters}.")));
            return;
        }

        foreach (var (name, value) in parameters.OrderBy(p => p.Key, StringComparer.Ordinal))
        {
            var field = Intake.Field("parameters", name);
            CheckParameterName(field, name, found);
            CheckParameterValue(field, value, found);
        }

        if (request.RerunOf is null)
        {
            ParameterCaseRule.Check(parameters, DefaultsOf(request.Algorithm).Parameters, found);
        }
    }

    private void CheckLabels(IReadOnlyDictionary<string, string> labels, List<FieldViolation> found)
    {
        if (labels.Count == 0)
        {
            return;
        }

        if (labels.Count > limits.Labels)
        {
            found.Add(new FieldViolation("labels", Invariant($"There are {labels.Count}: give at most {limits.Labels}.")));
            return;
        }

        foreach (var (name, value) in labels.OrderBy(p => p.Key, StringComparer.Ordinal))
        {
            LabelRule.Check(name, value, limits.LabelLength, found);
        }
    }

    /// <summary>Whether a parameter of this name can be an environment variable.</summary>
    public static bool IsVariableName(string name) =>
        name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');
}
