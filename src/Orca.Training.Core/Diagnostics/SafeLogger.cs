using Microsoft.Extensions.Logging;

namespace Orca.Training.Diagnostics;

/// <summary>
/// A logger that never throws: an exception of one of the host's log providers is reported to <see cref="ForeignFaults"/>, and the caller
/// continues.
/// </summary>
internal class SafeLogger(ILogger inner, ForeignFaults faults) : ILogger
{
    private const string Who = "A log provider";

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => Guarded(state, static (logger, state) => logger.BeginScope(state), null);

    public bool IsEnabled(LogLevel logLevel) => Guarded(logLevel, static (logger, level) => logger.IsEnabled(level), false);

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Guarded(
            (logLevel, eventId, state, exception, formatter),
            static (logger, entry) =>
            {
                logger.Log(entry.logLevel, entry.eventId, entry.state, entry.exception, entry.formatter);
                return true;
            },
            false);

    // The argument is passed on, not captured, so that a call allocates nothing.
    private TResult Guarded<TArgument, TResult>(TArgument argument, Func<ILogger, TArgument, TResult> call, TResult otherwise)
    {
        try
        {
            return call(inner, argument);
        }
#pragma warning disable CA1031 // Whatever it is, it is the provider's.
        catch (Exception e)
#pragma warning restore CA1031
        {
            faults.Tell(Who, e);
            return otherwise;
        }
    }
}

/// <inheritdoc />
internal sealed class SafeLogger<T>(ILogger<T> inner, ForeignFaults faults) : SafeLogger(inner, faults), ILogger<T>;
