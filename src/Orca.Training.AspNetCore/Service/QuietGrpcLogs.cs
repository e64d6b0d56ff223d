using Microsoft.Extensions.Logging;

namespace Orca.Training.AspNetCore.Service;

/// <summary>
/// The host's logs, with one thing turned down: gRPC's server gives an information for each call that ends in an error, with its stack
/// trace. A caller's mistake is no news for operators, and what is news the service logs itself. It stays to be had at Debug.
/// </summary>
internal sealed class QuietGrpcLogs(ILoggerFactory host) : ILoggerFactory
{
    private const string Category = "Grpc.AspNetCore.Server.ServerCallHandler";
    private const string Event = "RpcConnectionError";

    public ILogger CreateLogger(string categoryName)
    {
        var logger = host.CreateLogger(categoryName);
        return categoryName == Category ? new Quiet(logger) : logger;
    }

    public void AddProvider(ILoggerProvider provider) => host.AddProvider(provider);

    public void Dispose()
    {
        // The host's, not ours.
    }

    private sealed class Quiet(ILogger logger) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => logger.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => logger.IsEnabled(logLevel);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var level = logLevel is LogLevel.Information && eventId.Name == Event ? LogLevel.Debug : logLevel;
            if (logger.IsEnabled(level))
            {
                logger.Log(level, eventId, state, exception, formatter);
            }
        }
    }
}
