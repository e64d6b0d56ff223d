using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;
using Orca.Training.Auditing.Relational;
using Orca.Training.Jobs.Storage.Relational;
using Orca.Training.Metrics.Relational;
using Orca.Training.Models.Relational;
using Orca.Training.Ownership.Relational;
using Orca.Training.PostgreSql;
using Orca.Training.PostgreSql.Database;
using Orca.Training.Runs;
using Orca.Training.Runs.Relational;

namespace Orca.Training;

/// <summary>Keeps jobs in a PostgreSQL database.</summary>
public static class PostgreSqlTrainingBuilderExtensions
{
    /// <summary>
    /// Keeps jobs in PostgreSQL (13 or later). The tables are created and upgraded when the host starts. Several hosts can share them:
    /// every host accepts requests, and one makes the decisions. If this method is called more than once, the last call applies.
    /// </summary>
    /// <param name="builder">The result of <c>AddOrcaTraining()</c>.</param>
    /// <param name="connectionString">
    /// A connection string of Npgsql: <c>Host=db;Database=trainings;Username=…</c>. A pooler that reassigns sessions after each transaction does not work.
    /// <c>Max Auto Prepare</c> is turned off: with it, a statement that fails can break later ones.
    /// </param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentException">The connection string cannot be read.</exception>
    public static OrcaTrainingBuilder UsePostgreSql(this OrcaTrainingBuilder builder, string connectionString) =>
        builder.UsePostgreSql(connectionString, configure: null);

    /// <summary>The same, with options.</summary>
    /// <param name="builder">The result of <c>AddOrcaTraining()</c>.</param>
    /// <param name="connectionString">A connection string of Npgsql.</param>
    /// <param name="configure">Sets the schema and the times, after <c>OrcaTraining:PostgreSql</c> in the configuration; null for those.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentException">The connection string cannot be read.</exception>
    public static OrcaTrainingBuilder UsePostgreSql(this OrcaTrainingBuilder builder, string connectionString, Action<PostgreSqlJobStoreOptions>? configure)
    {
        ArgumentException.ThrowIfNullOrEmpty(connectionString);
        var connection = PostgreSqlConnectionString.Read(connectionString);
        return builder.Use(services => Build(services, connection.ConnectionString), configure);
    }

    /// <summary>The same, with a data source that the application creates and disposes.</summary>
    /// <param name="builder">The result of <c>AddOrcaTraining()</c>.</param>
    /// <param name="dataSource">
    /// Gets the data source from the host's services, or creates it. It must not set <c>Max Auto Prepare</c>: with it, a statement that
    /// fails can break later ones.
    /// </param>
    /// <param name="configure">Sets the schema and the times, after <c>OrcaTraining:PostgreSql</c> in the configuration; null for those.</param>
    /// <returns>The builder.</returns>
    public static OrcaTrainingBuilder UsePostgreSql(
        this OrcaTrainingBuilder builder, Func<IServiceProvider, NpgsqlDataSource> dataSource, Action<PostgreSqlJobStoreOptions>? configure)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        return builder.Use(services => new PostgreSqlDataSource(dataSource(services), isOwned: false), configure);
    }

    private static OrcaTrainingBuilder Use(
        this OrcaTrainingBuilder builder, Func<IServiceProvider, PostgreSqlDataSource> dataSource, Action<PostgreSqlJobStoreOptions>? configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        if (!services.Any(s => s.ServiceType == typeof(PostgreSqlJobStore)))
        {
            builder.AddSettings<PostgreSqlJobStoreOptions>("PostgreSql", "", (section, options) => section.Bind(options));
            services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<PostgreSqlJobStoreOptions>, PostgreSqlJobStoreOptionsValidator>());
            services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, PostgreSqlJobStoreOpener>());

            // The container that makes the store disposes it when the host ends.
            services.AddSingleton(provider => new PostgreSqlJobStore(
                provider.GetRequiredService<PostgreSqlDataSource>(),
                provider.GetRequiredService<IOptions<PostgreSqlJobStoreOptions>>().Value,
                provider.GetRequiredService<TimeProvider>(),
                provider.GetService<ILogger<PostgreSqlJobStore>>() ?? NullLogger<PostgreSqlJobStore>.Instance));
        }

        services.AddSingleton(dataSource);
        if (configure is not null)
        {
            services.Configure(configure);
        }

        services.AddSingleton<RunDatabase>(provider => new PostgreSqlRunDatabase(
            provider.GetRequiredService<PostgreSqlJobStore>(),
            provider.GetRequiredService<PostgreSqlDataSource>(),
            provider.GetRequiredService<IOptions<PostgreSqlJobStoreOptions>>().Value.Schema));
        return builder.UseJobStore(provider => provider.GetRequiredService<PostgreSqlJobStore>())
            .UseRunStores(
                provider => new RelationalRunStore(provider.GetRequiredService<RunDatabase>()),
                provider => new RelationalModelStore(provider.GetRequiredService<RunDatabase>(), provider.GetRequiredService<IRunStore>()),
                provider => new RelationalMetricStore(provider.GetRequiredService<RunDatabase>()))
            .UseAccessStores(
                provider => new RelationalNameOwners(provider.GetRequiredService<RunDatabase>()),
                provider => new RelationalAuditStore(provider.GetRequiredService<RunDatabase>()));
    }

    private static PostgreSqlDataSource Build(IServiceProvider services, string connectionString)
    {
        var timeout = services.GetRequiredService<IOptions<PostgreSqlJobStoreOptions>>().Value.CallTimeout;
        var connection = new NpgsqlConnectionStringBuilder(connectionString) { CommandTimeout = (int)Math.Ceiling(timeout.TotalSeconds) };
        var reserved = PostgreSqlConnectionString.Reserved(connection);
        return new PostgreSqlDataSource(Source(connection), isOwned: true, Source(reserved));

        NpgsqlDataSource Source(NpgsqlConnectionStringBuilder asked)
        {
            var data = new NpgsqlDataSourceBuilder(asked.ConnectionString);
            data.UseLoggerFactory(services.GetService<ILoggerFactory>() is { } loggers ? new QuietNpgsqlLogs(loggers) : null);
            return data.Build();
        }
    }
}
