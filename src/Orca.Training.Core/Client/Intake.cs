using System.Collections.ObjectModel;
using Orca.Training.Auditing;
using Orca.Training.Datasets;
using Orca.Training.Jobs;
using Orca.Training.Runs;
using static System.FormattableString;

namespace Orca.Training.Client;

/// <summary>
/// What a caller gave, as both clients take it: a copy that nobody else can change, in which what is missing is empty and never null.
/// What no wire could carry is refused here, so that it is refused in the same words wherever the service is. Pure.
/// </summary>
internal static class Intake
{
    private static readonly TrainingResources NoResources = new();

    private const string NoValue = "The value is missing: give text.";

    // Of one without maps and lists: far below what a call may hold, so that it need not be counted.
    private const int SmallRequest = 16 * 1024;

    /// <exception cref="TrainingException">A value is missing, or a text is no text.</exception>
    public static TrainingRequest Request(TrainingRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (IsItsOwnCopy(request))
        {
            return request;
        }

        var found = new Taken();
        var taken = Copy(request, found);
        return found.OrThrow(taken);
    }

    /// <exception cref="TrainingException">There are none or too many, a value is missing, or a text is no text.</exception>
    public static TrainingBatch Batch(IReadOnlyList<TrainingRequest> requests, string? group, string? idempotencyKey)
    {
        ArgumentNullException.ThrowIfNull(requests);
        if (requests.Count is 0 or > CallLimits.MaxBatch)
        {
            throw TrainingException.Invalid("requests", Invariant($"There are {requests.Count}: give 1 to {CallLimits.MaxBatch}."));
        }

        var found = new Taken(CallLimits.MaxBatchBytes);
        var taken = new List<TrainingRequest>(requests.Count);
        foreach (var request in requests)
        {
            var own = new Taken();
            taken.Add(request is null ? Missing(own) : IsItsOwnCopy(request) ? request : Copy(request, own));
            var field = TrainingBatch.FieldOf(taken.Count - 1);
            found.AddRange(own.Violations.Select(v => v with { Field = v.Field.Length > 0 ? $"{field}.{v.Field}" : field }));
            found.Count(field, own.Bytes);
        }

        var batch = new TrainingBatch(taken, TextOrNull("group", group, found), TextOrNull("idempotency_key", idempotencyKey, found));
        return found.OrThrow(batch);

        static TrainingRequest Missing(Taken own)
        {
            own.Add("", "It is missing: give a request.");
            return new TrainingRequest { Algorithm = "", DatasetId = "" };
        }
    }

    /// <exception cref="TrainingException">The name is no text.</exception>
    public static string Group(string group)
    {
        var found = new Taken();
        return found.OrThrow(TextOrNull("group", group, found) ?? "");
    }

    /// <exception cref="TrainingException">A value is missing, or a text is no text.</exception>
    public static TrainingSweep Sweep(TrainingSweep sweep)
    {
        ArgumentNullException.ThrowIfNull(sweep);
        ArgumentNullException.ThrowIfNull(sweep.Request, nameof(sweep));
        var found = new Taken();
        var request = Copy(sweep.Request, found);
        SweepParameter[] grid = [.. (sweep.Grid ?? []).Select((parameter, place) => Copy(parameter, Invariant($"grid[{place}]"), found))];
        return found.OrThrow(new TrainingSweep { Request = request, Grid = grid });
    }

    /// <exception cref="TrainingException">A value is missing, or a text is no text.</exception>
    public static TrainingQuery Query(TrainingQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        var found = new Taken();
        var taken = query with
        {
            States = query.States is null or { Count: 0 } ? [] : [.. query.States.Distinct().Order()],
            User = TextOrNull("user", query.User, found),
            Algorithm = TextOrNull("algorithm", query.Algorithm, found),
            DatasetId = TextOrNull("dataset_id", query.DatasetId, found),
            Name = TextOrNull("name", query.Name, found),
            Group = TextOrNull("group", query.Group, found),
            Labels = Texts("labels", query.Labels, found),
            PageToken = TextOrNull("page_token", query.PageToken, found),
        };
        return found.OrThrow(taken);
    }

    /// <exception cref="TrainingException">A condition is none, or a text is no text.</exception>
    public static RunQuery Query(RunQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        var found = new Taken();
        if (query.Limit is < 1 or > RunConditions.LargestLimit)
        {
            found.Add("limit", Invariant($"{query.Limit} is not valid: give 1 to {RunConditions.LargestLimit}."));
        }

        JobState[] states = [.. (query.States ?? []).Distinct().Order()];
        found.AddRange(states.Where(s => !Enum.IsDefined(s)).Select(QueryValidator.NoState));
        var taken = query with
        {
            // What is empty lets everything through: said to stores in one way.
            Algorithm = Condition("algorithm", query.Algorithm, found),
            DatasetId = Condition("dataset_id", query.DatasetId, found),
            DatasetVersion = Condition("dataset_version", query.DatasetVersion, found),
            User = Condition("user", query.User, found),
            // What a caller may see is not the caller's to say.
            Owners = null,
            Group = Condition("group", query.Group, found),
            ModelName = Condition("model_name", query.ModelName, found),
            OrderBy = Condition("order_by", query.OrderBy, found),
            States = states,
        };
        return found.OrThrow(taken);
    }

    /// <exception cref="TrainingException">A condition is none, or a text is no text.</exception>
    public static AuditQuery Query(AuditQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        var found = new Taken();
        if (query.Limit is < 1 or > AuditQuery.MaxLimit)
        {
            found.Add("limit", Invariant($"{query.Limit} is not valid: give 1 to {AuditQuery.MaxLimit}."));
        }

        return found.OrThrow(query with { User = Condition("user", query.User, found), Subject = Condition("subject", query.Subject, found) });
    }

    /// <summary>Refuses texts that nothing here can be called by.</summary>
    /// <param name="texts">Each with its field in the contract.</param>
    /// <exception cref="ArgumentNullException">One is null.</exception>
    /// <exception cref="TrainingException">One is no text, or longer than any name.</exception>
    public static void Names(params ReadOnlySpan<(string Field, string Value)> texts)
    {
        Taken? found = null;
        foreach (var (field, value) in texts)
        {
            ArgumentNullException.ThrowIfNull(value, field);
            if (ProblemOfName(value) is { } problem)
            {
                (found ??= new Taken()).Add(field, problem);
            }
        }

        found?.OrThrow(true);
    }

    /// <summary>The same of a version and what is said of it.</summary>
    public static void Version(DatasetVersion version, params ReadOnlySpan<(string Field, string Value)> texts)
    {
        ArgumentNullException.ThrowIfNull(version);
        Names([("dataset_id", version.DatasetId), ("hash", version.Hash), .. texts]);
    }

    /// <exception cref="TrainingException">There are too many.</exception>
    public static IReadOnlyList<JobId> Jobs(IReadOnlyList<JobId> jobs)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        return jobs.Count <= CallLimits.MaxStatuses
            ? [.. jobs]
            : throw TrainingException.Invalid("job_ids", Invariant($"There are {jobs.Count}: give at most {CallLimits.MaxStatuses}."));
    }

    /// <summary>An entry of a map as a violation's field, short enough to be said.</summary>
    public static string Field(string map, string name)
    {
        const int Longest = 64;
        var end = name.Length <= Longest ? name.Length : char.IsHighSurrogate(name[Longest - 1]) ? Longest - 1 : Longest;
        return $"{map}[{name[..end]}{(end < name.Length ? "…" : "")}]";
    }

    private static TrainingRequest Copy(TrainingRequest request, Taken found) => request with
    {
        Algorithm = Text("algorithm", request.Algorithm, found),
        DatasetId = Text("dataset_id", request.DatasetId, found),
        Name = Text("name", request.Name, found),
        OutputModelName = Text("output_model_name", request.OutputModelName, found),
        DatasetVersion = Text("train_data_version_hash", request.DatasetVersion, found),
        InputModel = TextOrNull("input_model", request.InputModel, found),
        // A request that was taken from a rerun's status and changed repeats nothing.
        RerunOf = null,
        Parameters = Texts("parameters", request.Parameters, found),
        Labels = Texts("labels", request.Labels, found),
        Group = TextOrNull("group", request.Group, found),
        IdempotencyKey = TextOrNull("idempotency_key", request.IdempotencyKey, found),
        Pool = TextOrNull("pool", request.Pool, found),
        Resources = request.Resources is { } resources ? Resources(resources, found) : null,
        DependsOn = found.Counted("depends_on", request.DependsOn),
        Retries = request.Retries is { } retries ? Retries(retries, found) : null,
    };

    // Nothing asked for is nothing given, however it was said.
    private static TrainingResources? Resources(TrainingResources resources, Taken found)
    {
        var taken = resources with { GpuKind = TextOrNull("resources.gpu_kind", resources.GpuKind, found) };
        return taken == NoResources ? null : taken;
    }

    private static SweepParameter Copy(SweepParameter? parameter, string field, Taken found)
    {
        string?[] values = [.. parameter?.Values ?? []];
        for (var i = 0; i < values.Length; i++)
        {
            var place = Invariant($"{field}.values[{i}]");
            if (values[i] is null)
            {
                found.Add(place, NoValue);
            }

            values[i] = Text(place, values[i], found);
        }

        return new SweepParameter(Text($"{field}.name", parameter?.Name, found), values!);
    }

    private static RetryPolicy Retries(RetryPolicy retries, Taken found) => retries with
    {
        On = [.. found.Counted("retries.on", retries.On)
            .Select((code, place) => new OutcomeCode(Text(Invariant($"retries.on[{place}]"), code.Name, found)))],
    };

    /// <summary>
    /// Whether nothing is missing and nobody can change it: a request is immutable, but for maps and lists that its maker still holds.
    /// </summary>
    private static bool IsItsOwnCopy(TrainingRequest request) =>
        ReferenceEquals(request.Parameters, ReadOnlyDictionary<string, string>.Empty) && ReferenceEquals(request.Labels, ReadOnlyDictionary<string, string>.Empty)
        && request.DependsOn is JobId[] { Length: 0 } && request.Retries is null or { On: OutcomeCode[] { Length: 0 } }
        && request.RerunOf is null && request.Pool is null && request.Resources is null && IsTextOrNull(request.Group) && IsTextOrNull(request.IdempotencyKey) && IsTextOrNull(request.InputModel)
        && IsText(request.Algorithm) && IsText(request.DatasetId) && IsText(request.Name) && IsText(request.OutputModelName) && IsText(request.DatasetVersion)
        && request.Algorithm.Length + request.DatasetId.Length + request.Name.Length + request.OutputModelName.Length + request.DatasetVersion.Length
            + (request.Group?.Length ?? 0) + (request.IdempotencyKey?.Length ?? 0) + (request.InputModel?.Length ?? 0) < SmallRequest;

    private static string? Condition(string field, string? value, Taken found)
    {
        if (string.IsNullOrEmpty(value))
        {
            return null;
        }

        if (ProblemOfName(value) is { } problem)
        {
            found.Add(field, problem);
        }

        return value;
    }

    private static string? ProblemOfName(string value) =>
        value.Length > CallLimits.MaxNameLength ? Invariant($"It has {value.Length} characters: give at most {CallLimits.MaxNameLength}.")
        : NameRule.HarmIn(value);

    private static bool IsText(string? value) => value is not null && !HasLoneSurrogate(value);

    private static bool IsTextOrNull(string? value) => value is null || (value.Length > 0 && !HasLoneSurrogate(value));

    private static string? TextOrNull(string field, string? value, Taken found) => Text(field, value, found) is { Length: > 0 } text ? text : null;

    private static string Text(string field, string? value, Taken found)
    {
        if (value is not null && HasLoneSurrogate(value))
        {
            found.Add(field, NameRule.HalfACharacter);
        }

        found.Count(field, value);
        return value ?? "";
    }

    private static ReadOnlyDictionary<string, string> Texts(string field, IReadOnlyDictionary<string, string>? values, Taken found)
    {
        if (values is null or { Count: 0 })
        {
            return ReadOnlyDictionary<string, string>.Empty;
        }

        var taken = new Dictionary<string, string>(values, StringComparer.Ordinal);
        foreach (var (name, value) in taken)
        {
            found.Count(field, name);
            found.Count(field, value);
        }

        var wrong = taken.Where(v => v.Value is null || HasLoneSurrogate(v.Key) || HasLoneSurrogate(v.Value));
        foreach (var (name, value) in wrong.OrderBy(v => v.Key, StringComparer.Ordinal))
        {
            found.Add(Field(field, name), value is null ? NoValue : NameRule.HalfACharacter);
        }

        return new(taken);
    }

    private static bool HasLoneSurrogate(string text)
    {
        var first = text.AsSpan().IndexOfAnyInRange('\ud800', '\udfff');
        for (var i = first; i >= 0 && i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                i++;
            }
            else if (char.IsSurrogate(text[i]))
            {
                return true;
            }
        }

        return false;
    }
}
