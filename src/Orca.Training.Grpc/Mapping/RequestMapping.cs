using Google.Protobuf.Collections;
using Google.Protobuf.WellKnownTypes;
using Orca.Training.Client;
using Orca.Training.Jobs;

namespace Orca.Training.Grpc;

/// <summary>A training request on the wire and back.</summary>
internal static class RequestMapping
{
    /// <param name="request">A request that <see cref="Intake"/> has taken.</param>
    public static Wire.TrainingJobMetadata ToWire(TrainingRequest request)
    {
        var metadata = new Wire.TrainingJobMetadata
        {
            Algorithm = request.Algorithm,
            DatasetId = request.DatasetId,
            Name = request.Name,
            TrainDataVersionHash = request.DatasetVersion,
            OutputModelName = request.OutputModelName,
            Workers = request.Workers,
            Group = request.Group ?? "",
            IdempotencyKey = request.IdempotencyKey ?? "",
            IsHeld = request.IsHeld,
            InputModel = request.InputModel ?? "",
            RerunOf = request.RerunOf?.Value ?? 0,
            Pool = request.Pool ?? "",
            Priority = request.Priority,
            Resources = request.Resources is { } resources ? ToWire(resources) : null,
            Timeouts = request.Timeouts is { } timeouts ? ToWire(timeouts) : null,
            Retries = request.Retries is { } retries ? ToWire(retries) : null,
        };
        metadata.DependsOn.AddRange(request.DependsOn.Select(j => j.Value));
        Copy(request.Parameters, metadata.Parameters);
        Copy(request.Labels, metadata.Labels);
        return metadata;
    }

    public static TrainingRequest FromWire(Wire.TrainingJobMetadata metadata) => new()
    {
        Algorithm = metadata.Algorithm,
        DatasetId = metadata.DatasetId,
        Name = metadata.Name,
        DatasetVersion = metadata.TrainDataVersionHash,
        OutputModelName = metadata.OutputModelName,
        Parameters = new Dictionary<string, string>(metadata.Parameters, StringComparer.Ordinal),
        Labels = new Dictionary<string, string>(metadata.Labels, StringComparer.Ordinal),
        // Classic clients know no workers; a 0 that was sent is a mistake to be told.
        Workers = metadata.HasWorkers ? metadata.Workers : 1,
        Group = metadata.Group.Length > 0 ? metadata.Group : null,
        IdempotencyKey = metadata.IdempotencyKey.Length > 0 ? metadata.IdempotencyKey : null,
        DependsOn = [.. metadata.DependsOn.Select(id => new JobId(id))],
        IsHeld = metadata.IsHeld,
        InputModel = metadata.InputModel.Length > 0 ? metadata.InputModel : null,
        Pool = metadata.Pool.Length > 0 ? metadata.Pool : null,
        Priority = metadata.Priority,
        Resources = metadata.Resources is { } resources ? FromWire(resources) : null,
        Timeouts = metadata.Timeouts is { } timeouts ? FromWire(timeouts) : null,
        Retries = metadata.Retries is { } retries ? FromWire(retries) : null,
    };

    /// <summary>A request as a service tells it: what a caller cannot ask for is there too.</summary>
    public static TrainingRequest OfStatus(Wire.TrainingJobMetadata metadata)
    {
        var request = FromWire(metadata);
        return metadata.RerunOf > 0 ? request with { RerunOf = new JobId(metadata.RerunOf) } : request;
    }

    private static Wire.TrainingResources ToWire(TrainingResources resources)
    {
        var message = new Wire.TrainingResources { GpuKind = resources.GpuKind ?? "" };
        if (resources.Cpus is { } cpus)
        {
            message.Cpus = cpus;
        }

        if (resources.MemoryMiB is { } memory)
        {
            message.MemoryMib = memory;
        }

        if (resources.Gpus is { } gpus)
        {
            message.Gpus = gpus;
        }

        return message;
    }

    private static TrainingResources FromWire(Wire.TrainingResources resources) => new()
    {
        Cpus = resources.HasCpus ? resources.Cpus : null,
        MemoryMiB = resources.HasMemoryMib ? resources.MemoryMib : null,
        Gpus = resources.HasGpus ? resources.Gpus : null,
        GpuKind = resources.GpuKind.Length > 0 ? resources.GpuKind : null,
    };

    private static Wire.TrainingTimeouts ToWire(TrainingTimeouts timeouts) => new()
    {
        Queued = timeouts.Queued?.ToDuration(),
        Launching = timeouts.Launching?.ToDuration(),
        Running = timeouts.Running?.ToDuration(),
        NoProgress = timeouts.NoProgress?.ToDuration(),
    };

    private static TrainingTimeouts FromWire(Wire.TrainingTimeouts timeouts) => new()
    {
        Queued = TimeOf(timeouts.Queued),
        Launching = TimeOf(timeouts.Launching),
        Running = TimeOf(timeouts.Running),
        NoProgress = TimeOf(timeouts.NoProgress),
    };

    private static Wire.RetryPolicy ToWire(RetryPolicy retries)
    {
        var message = new Wire.RetryPolicy
        {
            MaxRetries = retries.MaxRetries,
            FirstPause = retries.FirstPause.ToDuration(),
            LongestPause = retries.LongestPause.ToDuration(),
        };
        message.On.AddRange(retries.On.Select(code => code.Name));
        return message;
    }

    private static RetryPolicy FromWire(Wire.RetryPolicy retries) => new()
    {
        MaxRetries = retries.MaxRetries,
        On = [.. retries.On.Select(name => new OutcomeCode(name))],
        FirstPause = TimeOf(retries.FirstPause) ?? RetryPolicy.None.FirstPause,
        LongestPause = TimeOf(retries.LongestPause) ?? RetryPolicy.None.LongestPause,
    };

    /// <summary>Whatever was sent, at most the longest time that there is: what is too long, or no time to wait, the service says in one way for all.</summary>
    private static TimeSpan? TimeOf(Duration? duration)
    {
        if (duration is null)
        {
            return null;
        }

        var ticks = ((Int128)duration.Seconds * TimeSpan.TicksPerSecond) + (duration.Nanos / TimeSpan.NanosecondsPerTick);
        return new TimeSpan((long)Int128.Clamp(ticks, long.MinValue, long.MaxValue));
    }

    private static void Copy(IReadOnlyDictionary<string, string> from, MapField<string, string> to)
    {
        foreach (var (name, value) in from)
        {
            to[name] = value;
        }
    }
}
