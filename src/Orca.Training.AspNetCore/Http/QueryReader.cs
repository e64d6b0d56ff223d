using System.Globalization;
using Microsoft.AspNetCore.Http;
using Orca.Training.Client;
using Orca.Training.Jobs;

namespace Orca.Training.AspNetCore.Http;

/// <summary>
/// Reads the query string of a call. A name that is unknown is refused: a condition that is passed over would give what nobody asked for.
/// </summary>
internal sealed class QueryReader(IQueryCollection query)
{
    private readonly List<FieldViolation> _found = [];
    private readonly List<string> _known = [];

    public string? Text(string name)
    {
        _known.Add(name);
        var values = query[name];
        if (values.Count > 1)
        {
            _found.Add(new FieldViolation(name, $"It is given {values.Count} times: give it once."));
        }

        return values.Count == 0 ? null : values[0];
    }

    public IReadOnlyList<string> Texts(string name)
    {
        _known.Add(name);
        return [.. query[name].OfType<string>()];
    }

    public bool Flag(string name) => Text(name) switch
    {
        null or "false" => false,
        "true" or "" => true,
        var other => Wrong<bool>(name, $"'{other}' is neither true nor false."),
    };

    public int? Number(string name) => Text(name) is not { } text ? null
        : int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number
        : Wrong<int?>(name, $"'{text}' is not a whole number.");

    public long? Long(string name) => Text(name) is not { } text ? null
        : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number
        : Wrong<long?>(name, $"'{text}' is not a whole number.");

    public double? Real(string name) => Text(name) is not { } text ? null
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && !double.IsNaN(number) ? number
        : Wrong<double?>(name, $"'{text}' is not a number.");

    public DateTimeOffset? Time(string name) => Text(name) is not { } text ? null
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time
        : Wrong<DateTimeOffset?>(name, $"'{text}' is not a time: write it as 2026-01-31T12:00:00Z.");

    public IReadOnlyList<JobState> States(string name) => [.. Texts(name).Select(text => StateOf(name, text))];

    public JobId? Job(string name) => Text(name) is not { } text ? null
        : JobId.TryParse(text, null, out var job) ? job
        : Wrong<JobId?>(name, $"'{text}' is not a job id: give a positive whole number, such as 17.");

    /// <summary>Ids that are separated by commas; null if there is no such name.</summary>
    public IReadOnlyList<JobId>? Jobs(string name) => Text(name) is not { } text ? null
        : [.. text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(id =>
            JobId.TryParse(id, null, out var job) ? job : Wrong<JobId>(name, $"'{id}' is not a job id: give positive whole numbers, such as 17,18."))];

    /// <summary>Labels, each as key=value.</summary>
    public IReadOnlyDictionary<string, string> Labels(string name)
    {
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var text in Texts(name))
        {
            if (text.IndexOf('=', StringComparison.Ordinal) is var at and > 0)
            {
                labels[text[..at]] = text[(at + 1)..];
            }
            else
            {
                _found.Add(new FieldViolation(name, $"'{text}' is not a label: write key=value."));
            }
        }

        return labels;
    }

    /// <summary>Ends the reading.</summary>
    /// <exception cref="TrainingException">Something is wrong; it names each field.</exception>
    public void Check()
    {
        foreach (var name in query.Keys.Where(k => !_known.Contains(k, StringComparer.OrdinalIgnoreCase)))
        {
            _found.Add(new FieldViolation(name, $"Unknown: use {(_known.Count == 0 ? "nothing" : string.Join(", ", _known))}."));
        }

        if (_found.Count > 0)
        {
            throw TrainingException.Invalid(_found);
        }
    }

    private JobState StateOf(string name, string text) =>
        Enum.TryParse<JobState>(text, ignoreCase: true, out var state) && Enum.IsDefined(state) && !char.IsAsciiDigit(text[0])
            ? state
            : Wrong<JobState>(name, $"'{text}' is not a state: give Queued, Launching, Running, Succeeded, Failed or Cancelled.");

    private T Wrong<T>(string name, string description)
    {
        _found.Add(new FieldViolation(name, description));
        return default!;
    }
}
