using Microsoft.Extensions.Logging;
using Orca.Training.Diagnostics;
using Orca.Training.Machines;

namespace Orca.Training.Tracking;

/// <summary>What the log says of a machine that is of no use: a sentence, and a stack trace only of what nobody foresaw.</summary>
internal static class MachineLog
{
    public static void MachineUnavailable(this ILogger logger, Exception error, string machine, TimeSpan pause) =>
        logger.MachineUnavailable(Unforeseen(error), machine, pause, error.Message);

    public static void CallFailed(this ILogger logger, Exception error, string attemptName, string call, string machine) =>
        logger.CallFailed(Unforeseen(error), attemptName, call, machine, error.Message);

    private static Exception? Unforeseen(Exception error) => error is RuntimeUnavailableException ? null : error;
}
