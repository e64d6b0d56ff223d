using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json.Serialization;
using Orca.Training.Jobs.Json;

namespace Orca.Training.Jobs;

/// <summary>
/// The id of a job: a positive number that the store assigns. It is never reused within an installation. In JSON it is a number.
/// </summary>
[JsonConverter(typeof(JobIdConverter))]
public readonly record struct JobId(long Value) : IComparable<JobId>, IParsable<JobId>
{
    /// <summary>Reads an id: a positive whole number, in digits only.</summary>
    /// <exception cref="FormatException">The text is not an id.</exception>
    public static JobId Parse(string s, IFormatProvider? provider = null)
    {
        ArgumentNullException.ThrowIfNull(s);
        return TryParse(s, provider, out var job) ? job : throw new FormatException($"'{s}' is not a job id: give a positive whole number, such as 17.");
    }

    /// <summary>Reads an id, if the text is one: a positive whole number, in digits only.</summary>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out JobId result)
    {
        // Ids are spelt the same in every culture.
        var isId = long.TryParse(s, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value > 0;
        result = isId ? new JobId(value) : default;
        return isId;
    }

    /// <inheritdoc />
    public int CompareTo(JobId other) => Value.CompareTo(other.Value);

    /// <inheritdoc />
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);

    /// <summary>Orders ids by age: a smaller id was submitted earlier.</summary>
    public static bool operator <(JobId left, JobId right) => left.Value < right.Value;

    /// <summary>Orders ids by age: a greater id was submitted later.</summary>
    public static bool operator >(JobId left, JobId right) => left.Value > right.Value;

    /// <summary>Orders ids by age: a smaller id was submitted earlier.</summary>
    public static bool operator <=(JobId left, JobId right) => left.Value <= right.Value;

    /// <summary>Orders ids by age: a greater id was submitted later.</summary>
    public static bool operator >=(JobId left, JobId right) => left.Value >= right.Value;
}

/// <summary>Identifies an attempt: the job, and the number of the attempt, counted from 1 and never reused within the job.</summary>
public readonly record struct AttemptId(JobId Job, int Number)
{
    /// <inheritdoc />
    public override string ToString() => $"{Job}/{Number}";
}

/// <summary>
/// Identifies an installation: one store and its hosts. The store generates the id. It is part of container names, so it is short and
/// lower-case. In JSON it is text.
/// </summary>
[JsonConverter(typeof(InstallationIdConverter))]
public readonly record struct InstallationId(string Value) : IParsable<InstallationId>
{
    /// <summary>Reads an id: any text that is not empty.</summary>
    /// <exception cref="FormatException">It is empty.</exception>
    public static InstallationId Parse(string s, IFormatProvider? provider = null) =>
        TryParse(s, provider, out var id) ? id : throw new FormatException("The id of an installation cannot be empty.");

    /// <summary>Reads an id: any text that is not empty.</summary>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out InstallationId result)
    {
        result = new InstallationId(s ?? "");
        return !string.IsNullOrEmpty(s);
    }

    /// <inheritdoc />
    public override string ToString() => Value;
}

/// <summary>Identifies an attempt across installations. The names and labels of its containers derive from this.</summary>
public readonly record struct AttemptName(InstallationId Installation, AttemptId Attempt)
{
    /// <summary>By the attempt alone: nearly all that are kept together are of one installation.</summary>
    public override int GetHashCode() => Attempt.GetHashCode();

    /// <summary>The name of the container of a rank: lower-case letters, digits and hyphens.</summary>
    public string ContainerOf(int rank) => $"orca-{Installation}-{Attempt.Job}-{Attempt.Number}-{rank}";

    /// <inheritdoc />
    public override string ToString() => $"{Installation}/{Attempt}";
}
