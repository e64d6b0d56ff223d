using Microsoft.Extensions.Logging;

namespace Orca.Training.PostgreSql;

/// <summary>
/// The host's logs, with one thing turned down: Npgsql gives an information for each command that it has executed, and a store executes some
/// every second. They stay to be had at Debug, and what Npgsql warns of is told as it is.
/// </summary>
internal sealed class QuietNpgsqlLogs(ILoggerFactory host) : ILoggerFactory
{
    public ILogger CreateLogger(string categoryName) => new Quiet(host.CreateLogger(categoryName));

    public void AddProvider(ILoggerProvider provider) => host.AddProvider(provider);

    public void Dispose()
    {
        // The host's, not ours.
    }

    private sealed class Quiet(ILogger logger) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => logger.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => logger.IsEnabled(Turned(logLevel));

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var level = Turned(logLevel);
            if (logger.IsEnabled(level))
            {
                logger.Log(level, eventId, state, exception, formatter);
            }
        }

        private static LogLevel Turned(LogLevel level) => level is LogLevel.Information ? LogLevel.Debug : level;
    }
}
