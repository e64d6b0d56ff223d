using Microsoft.Extensions.Logging;

namespace Orca.Training.Diagnostics;

/// <summary>A log that can be written to anywhere: what one of the host's log providers throws is told elsewhere, and changes nothing here.</summary>
internal class SafeLogger(ILogger inner, ForeignFaults faults) : ILogger
{
    private const string Who = "A log provider";

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull
    {
        try
        {
            return inner.BeginScope(state);
        }
#pragma warning disable CA1031 // Whatever it is, it is the provider's.
        catch (Exception e)
#pragma warning restore CA1031
        {
            faults.Tell(Who, e);
            return null;
        }
    }

    public bool IsEnabled(LogLevel logLevel)
    {
        try
        {
            return inner.IsEnabled(logLevel);
        }
#pragma warning disable CA1031 // Whatever it is, it is the provider's.
        catch (Exception e)
#pragma warning restore CA1031
        {
            faults.Tell(Who, e);
            return false;
        }
    }

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        try
        {
            inner.Log(logLevel, eventId, state, exception, formatter);
        }
#pragma warning disable CA1031 // Whatever it is, it is the provider's.
        catch (Exception e)
#pragma warning restore CA1031
        {
            faults.Tell(Who, e);
        }
    }
}

/// <inheritdoc />
internal sealed class SafeLogger<T>(ILogger<T> inner, ForeignFaults faults) : SafeLogger(inner, faults), ILogger<T>;
