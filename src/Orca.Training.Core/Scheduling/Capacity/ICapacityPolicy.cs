namespace Orca.Training.Scheduling.Capacity;

/// <summary>Says whether there is room for an attempt on a machine.</summary>
/// <remarks>
/// Pure and quick: no I/O, no clock, no ordering of jobs. Monotone: an inventory with more room never turns a yes into a no.
/// </remarks>
public interface ICapacityPolicy
{
    /// <summary>Whether an attempt fits.</summary>
    /// <param name="resources">What all its ranks need together.</param>
    /// <param name="inventory">What the machine has and has given away.</param>
    CapacityAnswer Fits(Resources resources, Inventory inventory);
}

/// <summary>Yes, or a reason why not.</summary>
public readonly record struct CapacityAnswer
{
    private CapacityAnswer(string? reason) => Reason = reason;

    /// <summary>It fits.</summary>
    public static CapacityAnswer Yes => default;

    /// <summary>Why it does not fit, in words; null if it does.</summary>
    public string? Reason { get; }

    /// <summary>Whether it fits.</summary>
    public bool Fits => Reason is null;

    /// <summary>It does not fit, and why.</summary>
    public static CapacityAnswer No(string reason)
    {
        ArgumentException.ThrowIfNullOrEmpty(reason);
        return new CapacityAnswer(reason);
    }
}
