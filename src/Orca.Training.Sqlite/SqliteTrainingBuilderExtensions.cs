using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Orca.Training.Sqlite;

namespace Orca.Training;

/// <summary>Keeps jobs in a SQLite database.</summary>
public static class SqliteTrainingBuilderExtensions
{
    /// <summary>
    /// Keeps jobs in a SQLite file, made and upgraded at the start where need be. For one host: a second one on the same file is refused
    /// when it starts. Every answer to a submission is on the disk before it is given. Of several calls the last one counts.
    /// </summary>
    /// <param name="builder">What <c>AddOrcaTraining()</c> returned.</param>
    /// <param name="connectionString">Names the file, as Microsoft.Data.Sqlite spells it: <c>Data Source=orca.db</c>. The application's own tables may lie in it too.</param>
    /// <param name="configure">Sets how long is waited for others.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentException">The connection string names no file, or a setting is out of its range.</exception>
    public static OrcaTrainingBuilder UseSqlite(this OrcaTrainingBuilder builder, string connectionString, Action<SqliteJobStoreOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(connectionString);
        var options = new SqliteJobStoreOptions { ConnectionString = connectionString };
        configure?.Invoke(options);
        options.Check();

        // The container that makes the store disposes it when the host ends.
        builder.Services.AddSingleton(services => new SqliteJobStore(
            options, services.GetRequiredService<TimeProvider>(), services.GetService<ILogger<SqliteJobStore>>() ?? NullLogger<SqliteJobStore>.Instance));
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, SqliteJobStoreOpener>());
        return builder.UseJobStore(services => services.GetRequiredService<SqliteJobStore>());
    }
}
