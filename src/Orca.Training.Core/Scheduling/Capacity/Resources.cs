namespace Orca.Training.Scheduling.Capacity;

/// <summary>What an attempt needs, or a machine has. Sums and differences are exact to a billionth of a processor, in any order.</summary>
/// <param name="Cpus">Processors; fractions are allowed.</param>
/// <param name="MemoryBytes">Bytes of memory.</param>
/// <param name="Gpus">Whole GPUs.</param>
public readonly record struct Resources(double Cpus, long MemoryBytes, int Gpus = 0)
{
    /// <summary>The sum, kind by kind.</summary>
    public static Resources operator +(Resources left, Resources right) => Add(left, right);

    /// <summary>The difference, kind by kind.</summary>
    public static Resources operator -(Resources left, Resources right) => Subtract(left, right);

    /// <summary>The product with a number of ranks, kind by kind.</summary>
    public static Resources operator *(Resources left, int right) => Multiply(left, right);

    /// <summary>The sum, kind by kind.</summary>
    public static Resources Add(Resources left, Resources right) =>
        new(Rounded(left.Cpus + right.Cpus), left.MemoryBytes + right.MemoryBytes, left.Gpus + right.Gpus);

    /// <summary>The difference, kind by kind.</summary>
    public static Resources Subtract(Resources left, Resources right) =>
        new(Rounded(left.Cpus - right.Cpus), left.MemoryBytes - right.MemoryBytes, left.Gpus - right.Gpus);

    /// <summary>The product with a number of ranks, kind by kind.</summary>
    public static Resources Multiply(Resources left, int right) =>
        new(Rounded(left.Cpus * right), left.MemoryBytes * right, left.Gpus * right);

    // 0.2 + 0.6 - 0.2 - 0.6 is not 0 in binary: without rounding, what is left would keep a whole machine from ever fitting again.
    private static double Rounded(double cpus) => cpus == (long)cpus ? cpus : Math.Round(cpus, 9);
}

/// <summary>What a machine has and what is in use of it. Attempts being launched count as in use.</summary>
/// <param name="Machine">The machine's name.</param>
/// <param name="Total">What it has.</param>
/// <param name="Used">What open attempts on it were given.</param>
/// <param name="Launching">How many attempts on it are being launched.</param>
/// <param name="Running">How many attempts on it run.</param>
public readonly record struct Inventory(string Machine, Resources Total, Resources Used, int Launching, int Running)
{
    /// <summary>How many attempts are open on it.</summary>
    public int Open => Launching + Running;
}
