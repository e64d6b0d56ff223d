using Orca.Training.Machines;

namespace Orca.Training.Tracking;

/// <summary>What the last lines of a training say of its end, where its exit code does not: in the words of operating systems, shells and frameworks. Pure.</summary>
internal static class EndWords
{
    private const int BusError = Signals.FirstExitCode + 7;

    // PyTorch's words for a data loader's worker that died so, and those that it adds.
    private static readonly string[] SharedMemory = ["out of shared memory", "insufficient shared memory", "Unexpected bus error", "killed by signal: Bus error"];

    // How bash, GNU env and others spell a name that ends in a carriage return.
    private static readonly string[] Spelt = [@"\r':", @"\r’:", @"\r"":"];

    // Others print it as it is, and of a line with a bare one the log's end keeps what follows it.
    private static readonly string[] Rest = [": not found", ": command not found", ": invalid option", ": No such file or directory"];

    /// <summary>Whether room in <c>/dev/shm</c> was missing. The kernel tells a program so by a bus error and nothing else.</summary>
    public static bool IsSharedMemory(ContainerObservation end, IReadOnlyList<string> tail) =>
        end is { ExitCode: BusError, Signal: null }
        || (end is { ExitCode: not 0, Signal: null }
            && tail.Any(line => Says(line, SharedMemory) || (Says(line, ["/dev/shm"]) && Says(line, ["No space left on device"]))));

    /// <summary>Runtimes have no exit code of their own for it; what starts the program says it in the words of the operating system.</summary>
    public static bool IsForeign(IReadOnlyList<string> tail) => tail.Count > 0 && Says(tail[^1], ["exec format error"]);

    /// <summary>Whether a shell stumbled over carriage returns at the ends of its script's lines.</summary>
    public static bool HasWindowsLines(IReadOnlyList<string> tail) => tail.Any(line =>
        Says(line, Spelt)
        || Array.Exists(Rest, r => line.StartsWith(r, StringComparison.Ordinal))
        || line.EndsWith("illegal option -", StringComparison.OrdinalIgnoreCase));

    private static bool Says(string line, string[] phrases) => Array.Exists(phrases, p => line.Contains(p, StringComparison.OrdinalIgnoreCase));
}
