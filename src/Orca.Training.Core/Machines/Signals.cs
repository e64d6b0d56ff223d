using System.Collections.Frozen;

namespace Orca.Training.Machines;

/// <summary>Signals by their numbers on Linux, as exit codes and engines tell them.</summary>
internal static class Signals
{
    public const int Kill = 9;
    public const int Terminate = 15;

    /// <summary>Exit codes above this one mean a signal, by a convention that shells and engines keep.</summary>
    public const int FirstExitCode = 128;

    private static readonly FrozenDictionary<int, string> Names = new Dictionary<int, string>
    {
        [1] = "SIGHUP", [2] = "SIGINT", [3] = "SIGQUIT", [4] = "SIGILL", [5] = "SIGTRAP", [6] = "SIGABRT", [7] = "SIGBUS", [8] = "SIGFPE",
        [9] = "SIGKILL", [10] = "SIGUSR1", [11] = "SIGSEGV", [12] = "SIGUSR2", [13] = "SIGPIPE", [14] = "SIGALRM", [15] = "SIGTERM",
        [16] = "SIGSTKFLT", [24] = "SIGXCPU", [25] = "SIGXFSZ", [26] = "SIGVTALRM", [27] = "SIGPROF", [30] = "SIGPWR", [31] = "SIGSYS",
    }.ToFrozenDictionary();

    // What a program does to itself, or the kernel to it for what it did. The others come from somebody else.
    private static readonly FrozenSet<int> Own = FrozenSet.ToFrozenSet([4, 5, 6, 7, 8, 11, 13, 14, 24, 25, 26, 27, 31]);

    // Sent to a program, these ask it to end, whatever it does then. Others, such as SIGUSR1, may mean anything to it.
    private static readonly FrozenSet<int> AsksToEnd = FrozenSet.ToFrozenSet([1, 2, 3, Kill, Terminate]);

    public static string NameOf(int signal) => Names.GetValueOrDefault(signal, FormattableString.Invariant($"signal {signal}"));

    /// <summary>The signal that an exit code tells of; null for one that tells of none.</summary>
    public static int? OfExitCode(int? exitCode) =>
        exitCode is { } code && Names.ContainsKey(code - FirstExitCode) ? code - FirstExitCode : null;

    /// <summary>Whether a program that ended by this signal was mostly sent it by somebody else.</summary>
    public static bool IsFromOutside(int signal) => !Own.Contains(signal);

    /// <summary>Whether somebody who sends this signal wants the program to end.</summary>
    public static bool MeansEnd(int signal) => AsksToEnd.Contains(signal);

    /// <summary>Reads a number or a name, with or without SIG; null for what is neither.</summary>
    public static int? Parse(string? text)
    {
        if (int.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number))
        {
            return number is > 0 and < 65 ? number : null;
        }

        foreach (var (signal, name) in Names)
        {
            if (name.Equals(text, StringComparison.OrdinalIgnoreCase) || name.AsSpan(3).Equals(text, StringComparison.OrdinalIgnoreCase))
            {
                return signal;
            }
        }

        return null;
    }
}
