using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Orca.Training.Auditing.Relational;
using Orca.Training.Jobs.Storage.Relational;
using Orca.Training.Metrics.Relational;
using Orca.Training.Models.Relational;
using Orca.Training.Ownership.Relational;
using Orca.Training.Runs;
using Orca.Training.Runs.Relational;
using Orca.Training.Sqlite;
using Orca.Training.Sqlite.Database;

namespace Orca.Training;

/// <summary>Keeps jobs in a SQLite database.</summary>
public static class SqliteTrainingBuilderExtensions
{
    /// <summary>
    /// Keeps jobs in a SQLite file, which is created and upgraded when the host starts. Only one host can use the file; a second one fails
    /// to start. A submission is acknowledged when it is on disk. If this method is called more than once, the last call applies.
    /// </summary>
    /// <param name="builder">The result of <c>AddOrcaTraining()</c>.</param>
    /// <param name="connectionString">
    /// A connection string of Microsoft.Data.Sqlite with the file, such as <c>Data Source=orca.db</c>. The file can also contain tables of
    /// the application.
    /// </param>
    /// <param name="configure">Sets options; they override <c>OrcaTraining:Sqlite</c> in the configuration.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentException">The connection string does not name a file that can be written.</exception>
    public static OrcaTrainingBuilder UseSqlite(this OrcaTrainingBuilder builder, string connectionString, Action<SqliteJobStoreOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(connectionString);
        SqliteJobStoreOptions.CheckConnection(connectionString);
        var services = builder.Services;
        if (!services.Any(s => s.ServiceType == typeof(SqliteJobStore)))
        {
            builder.AddSettings<SqliteJobStoreOptions>("Sqlite", "", (section, options) => section.Bind(options));
            services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SqliteJobStoreOptions>, SqliteJobStoreOptionsValidator>());
            services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, SqliteJobStoreOpener>());

            // The container that makes the store disposes it when the host ends.
            services.AddSingleton(provider => new SqliteJobStore(
                provider.GetRequiredService<IOptions<SqliteJobStoreOptions>>().Value,
                provider.GetRequiredService<TimeProvider>(),
                provider.GetService<ILogger<SqliteJobStore>>() ?? NullLogger<SqliteJobStore>.Instance));
        }

        services.Configure<SqliteJobStoreOptions>(options => options.ConnectionString = connectionString);
        if (configure is not null)
        {
            services.Configure(configure);
        }

        services.AddSingleton<RunDatabase>(provider => new SqliteRunDatabase(provider.GetRequiredService<SqliteJobStore>(), provider.GetRequiredService<IOptions<SqliteJobStoreOptions>>().Value));
        return builder.UseJobStore(provider => provider.GetRequiredService<SqliteJobStore>())
            .UseRunStores(
                provider => new RelationalRunStore(provider.GetRequiredService<RunDatabase>()),
                provider => new RelationalModelStore(provider.GetRequiredService<RunDatabase>(), provider.GetRequiredService<IRunStore>()),
                provider => new RelationalMetricStore(provider.GetRequiredService<RunDatabase>()))
            .UseAccessStores(
                provider => new RelationalNameOwners(provider.GetRequiredService<RunDatabase>()),
                provider => new RelationalAuditStore(provider.GetRequiredService<RunDatabase>()));
    }
}
