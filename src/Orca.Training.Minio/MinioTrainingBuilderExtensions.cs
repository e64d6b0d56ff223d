using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Orca.Training.Access;
using Orca.Training.Jobs.Storage;
using Orca.Training.Minio;
using Orca.Training.Minio.Access;
using Orca.Training.Minio.Artifacts;
using Orca.Training.Minio.Cache;
using Orca.Training.Minio.Datasets;
using Orca.Training.Minio.Objects;

namespace Orca.Training;

/// <summary>Keeps datasets, models and checkpoints on MinIO or another S3 server.</summary>
public static class MinioTrainingBuilderExtensions
{
    /// <summary>
    /// Keeps datasets, outputs and checkpoints in two buckets of an S3 server, with the settings of <c>OrcaTraining:Minio</c>. Containers
    /// read and write there themselves, with their own credentials.
    /// </summary>
    /// <param name="builder">The result of <c>AddOrcaTraining()</c>.</param>
    /// <returns>The builder.</returns>
    public static OrcaTrainingBuilder UseMinio(this OrcaTrainingBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        if (services.Any(s => s.ServiceType == typeof(S3Server)))
        {
            return builder;
        }

        builder.AddSettings<MinioOptions>("Minio", "", (section, options) => section.Bind(options));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<MinioOptions>, MinioOptionsValidator>());

        // The container that makes the connection disposes it when the host ends.
        services.AddSingleton(s => new S3Server(s.GetRequiredService<IOptions<MinioOptions>>().Value, s.GetRequiredService<TimeProvider>()));
        builder.UseDatasetStore(s => new MinioDatasetStore(s.GetRequiredService<S3Server>(), NewCache(s)));
        builder.UseArtifactStore(s => new MinioArtifactStore(
            s.GetRequiredService<S3Server>(), s.GetRequiredService<IOptionsMonitor<OrcaTrainingOptions>>().CurrentValue.Leavings.ToLimits()));
        StandIns.Register<IPlaceAccess>(services, s => new MinioPlaceAccess(
            s.GetRequiredService<S3Server>(), s.GetService<ILogger<MinioPlaceAccess>>() ?? NullLogger<MinioPlaceAccess>.Instance));
        return builder;
    }

    /// <summary>The same, with settings in code, which override the configuration.</summary>
    /// <param name="builder">The result of <c>AddOrcaTraining()</c>.</param>
    /// <param name="configure">Sets the address of the server and the access of containers.</param>
    /// <returns>The builder.</returns>
    public static OrcaTrainingBuilder UseMinio(this OrcaTrainingBuilder builder, Action<MinioOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        builder.UseMinio();
        builder.Services.Configure(configure);
        return builder;
    }

    private static DatasetCache? NewCache(IServiceProvider services)
    {
        var options = services.GetRequiredService<IOptions<MinioOptions>>().Value;
        if (options.Datasets is DatasetDelivery.Direct)
        {
            return null;
        }

        var folder = Path.Combine(
            services.GetRequiredService<IHostEnvironment>().ContentRootPath,
            options.CacheFolder ?? Path.Combine(services.GetRequiredService<IOptions<OrcaTrainingOptions>>().Value.DataFolder, "cache"));
        return new DatasetCache(Path.GetFullPath(folder), (long)options.CacheMiB << 20, services.GetRequiredService<IJobStore>(), services.GetRequiredService<TimeProvider>(), services.GetRequiredService<IOptions<OrcaTrainingOptions>>().Value.OtherUsersCanRead);
    }
}
