using System.Globalization;

namespace Orca.Training.Jobs;

/// <summary>A job's id: positive, given by the store, never reused within an installation.</summary>
public readonly record struct JobId(long Value) : IComparable<JobId>
{
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

/// <summary>One try to run a job: the job and the attempt's number, counted from 1 and never reused within the job.</summary>
public readonly record struct AttemptId(JobId Job, int Number)
{
    /// <inheritdoc />
    public override string ToString() => $"{Job}/{Number}";
}

/// <summary>One store and the hosts on it. The store draws and keeps the id; it names containers, so it is short and lower-case.</summary>
public readonly record struct InstallationId(string Value)
{
    /// <inheritdoc />
    public override string ToString() => Value;
}

/// <summary>An attempt as the runtime knows it: names and labels derive from this, never from the host.</summary>
public readonly record struct AttemptName(InstallationId Installation, AttemptId Attempt)
{
    /// <summary>By the attempt alone: nearly all that are kept together are of one installation.</summary>
    public override int GetHashCode() => Attempt.GetHashCode();

    /// <summary>A rank's container name: lower-case letters, digits and hyphens.</summary>
    public string ContainerOf(int rank) => $"orca-{Installation}-{Attempt.Job}-{Attempt.Number}-{rank}";

    /// <inheritdoc />
    public override string ToString() => $"{Installation}/{Attempt}";
}
