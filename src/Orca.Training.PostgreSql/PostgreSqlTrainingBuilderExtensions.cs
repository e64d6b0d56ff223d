using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Orca.Training.PostgreSql;

namespace Orca.Training;

/// <summary>Keeps jobs in a PostgreSQL database.</summary>
public static class PostgreSqlTrainingBuilderExtensions
{
    /// <summary>
    /// Keeps jobs in PostgreSQL (13 or later), in tables that are made and upgraded at the start where need be. Several hosts may share
    /// them: any takes requests, one decides. Of several calls the last one counts.
    /// </summary>
    /// <param name="builder">What <c>AddOrcaTraining()</c> returned.</param>
    /// <param name="connectionString">As Npgsql spells it: <c>Host=db;Database=trainings;Username=…</c>. A pooler that hands on sessions by transaction will not do.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentException">The connection string cannot be read.</exception>
    public static OrcaTrainingBuilder UsePostgreSql(this OrcaTrainingBuilder builder, string connectionString) =>
        builder.UsePostgreSql(connectionString, configure: null);

    /// <summary>The same with other settings.</summary>
    /// <param name="builder">What <c>AddOrcaTraining()</c> returned.</param>
    /// <param name="connectionString">As Npgsql spells it.</param>
    /// <param name="configure">Sets the schema and the times; null for the defaults.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentException">The connection string cannot be read, or a setting is out of its range.</exception>
    public static OrcaTrainingBuilder UsePostgreSql(this OrcaTrainingBuilder builder, string connectionString, Action<PostgreSqlJobStoreOptions>? configure)
    {
        ArgumentException.ThrowIfNullOrEmpty(connectionString);
        var connection = new NpgsqlConnectionStringBuilder(connectionString) { ApplicationName = "Orca.Training" };
        if (connection.MaxAutoPrepare == 0)
        {
            connection.MaxAutoPrepare = 32;
        }

        return builder.Use(services => new PostgreSqlDataSource(Build(services, connection.ConnectionString), isOwned: true), configure);
    }

    /// <summary>The same with a data source of the application's own, which it disposes itself.</summary>
    /// <param name="builder">What <c>AddOrcaTraining()</c> returned.</param>
    /// <param name="dataSource">Finds it among the host's services, or makes it.</param>
    /// <param name="configure">Sets the schema and the times; null for the defaults.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
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
        var options = new PostgreSqlJobStoreOptions();
        configure?.Invoke(options);
        options.Check();

        // The container that makes the store disposes it when the host ends.
        builder.Services.AddSingleton(services => new PostgreSqlJobStore(
            dataSource(services),
            options,
            services.GetRequiredService<TimeProvider>(),
            services.GetService<ILogger<PostgreSqlJobStore>>() ?? NullLogger<PostgreSqlJobStore>.Instance));
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, PostgreSqlJobStoreOpener>());
        return builder.UseJobStore(services => services.GetRequiredService<PostgreSqlJobStore>());
    }

    private static NpgsqlDataSource Build(IServiceProvider services, string connectionString)
    {
        var data = new NpgsqlDataSourceBuilder(connectionString);
        data.UseLoggerFactory(services.GetService<ILoggerFactory>());
        return data.Build();
    }
}
