namespace Orca.Training.Jobs.Storage;

/// <summary>
/// A store looked at <see cref="JobQuery.MaxPassedOver"/> jobs that meet some conditions of a query, and too few of them meet all. No index serves the
/// conditions together.
/// </summary>
/// <param name="conditions">The conditions, as callers name them.</param>
/// <param name="passedOver">How many jobs were looked at in vain.</param>
public sealed class JobQueryTooBroadException(IReadOnlyList<string> conditions, int passedOver)
    : InvalidOperationException(FormattableString.Invariant(
        $"No index finds the jobs that meet {string.Join(" and ", conditions)}: {passedOver} jobs were looked at, and few of them match. Add a condition that few jobs meet, such as a name, a group or a label."))
{
    /// <summary>The conditions, as callers name them.</summary>
    public IReadOnlyList<string> Conditions { get; } = conditions;

    /// <summary>How many jobs were looked at in vain.</summary>
    public int PassedOver { get; } = passedOver;
}
