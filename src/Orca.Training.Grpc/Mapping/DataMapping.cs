using Google.Protobuf.WellKnownTypes;
using Orca.Training.Datasets;
using Orca.Training.Jobs;
using Orca.Training.Metrics;
using Orca.Training.Models;
using Orca.Training.Runs;

namespace Orca.Training.Grpc;

/// <summary>Runs, metrics, models and datasets on the wire and back.</summary>
internal static class DataMapping
{
    public static Wire.Run ToWire(Run run)
    {
        var message = new Wire.Run
        {
            JobId = run.Job.Value,
            Status = StatusMapping.ToWire(run.State),
            Metadata = RequestMapping.ToWire(run.Request),
            User = run.User ?? "",
            Team = run.Team ?? "",
            Pool = run.Pool ?? "",
            Execution = run.Execution is { } execution ? ToWire(execution) : null,
            ModelVersion = run.ModelVersion ?? 0,
            SubmittedAt = run.SubmittedAt.ToTimestamp(),
            StartedAt = run.StartedAt?.ToTimestamp(),
            FinishedAt = run.FinishedAt?.ToTimestamp(),
            Outcome = run.Outcome is { } outcome ? StatusMapping.ToWire(outcome) : null,
        };
        message.Attempts.AddRange(run.Attempts.Select(StatusMapping.ToWire));
        message.Artifacts.AddRange(run.Artifacts.Select(StatusMapping.ToWire));
        message.LeftOut.AddRange(run.LeftOut);
        message.Metrics.Add(run.Metrics.ToDictionary());
        return message;
    }

    public static Run FromWire(Wire.Run message) => new()
    {
        Job = new JobId(message.JobId),
        State = StatusMapping.FromWire(message.Status),
        Request = RequestMapping.OfStatus(message.Metadata ?? new Wire.TrainingJobMetadata()),
        User = message.User.Length > 0 ? message.User : null,
        Team = NullIfEmpty(message.Team),
        Pool = NullIfEmpty(message.Pool),
        Execution = message.Execution is { } execution ? FromWire(execution) : null,
        Attempts = [.. message.Attempts.Select(StatusMapping.FromWire)],
        Metrics = new Dictionary<string, double>(message.Metrics, StringComparer.Ordinal),
        Artifacts = [.. message.Artifacts.Select(StatusMapping.FromWire)],
        ModelVersion = message.ModelVersion > 0 ? message.ModelVersion : null,
        SubmittedAt = message.SubmittedAt?.ToDateTimeOffset() ?? default,
        StartedAt = message.StartedAt?.ToDateTimeOffset(),
        FinishedAt = message.FinishedAt?.ToDateTimeOffset(),
        Outcome = message.Outcome is { } outcome ? StatusMapping.FromWire(outcome) : null,
        LeftOut = [.. message.LeftOut],
    };

    public static Wire.QueryRunsRequest ToWire(RunQuery query)
    {
        var message = new Wire.QueryRunsRequest
        {
            Algorithm = query.Algorithm ?? "",
            DatasetId = query.DatasetId ?? "",
            DatasetVersion = query.DatasetVersion ?? "",
            User = query.User ?? "",
            Group = query.Group ?? "",
            ModelName = query.ModelName ?? "",
            OrderBy = query.OrderBy ?? "",
            SmallestFirst = query.SmallestFirst,
            Limit = query.Limit,
        };
        if (query.Before is { } before)
        {
            message.Before = before.Value;
        }

        message.States.AddRange(query.States.Select(StatusMapping.ToWireOfQuery));
        return message;
    }

    public static RunQuery FromWire(Wire.QueryRunsRequest message) => new()
    {
        Algorithm = NullIfEmpty(message.Algorithm),
        DatasetId = NullIfEmpty(message.DatasetId),
        DatasetVersion = NullIfEmpty(message.DatasetVersion),
        User = NullIfEmpty(message.User),
        Group = NullIfEmpty(message.Group),
        ModelName = NullIfEmpty(message.ModelName),
        States = [.. message.States.Select(StatusMapping.FromWireOfQuery)],
        OrderBy = NullIfEmpty(message.OrderBy),
        SmallestFirst = message.SmallestFirst,
        Before = message.HasBefore ? new JobId(message.Before) : null,
        Limit = message.HasLimit ? message.Limit : 100,
    };

    public static Wire.MetricName ToWire(MetricName metric) => new() { JobId = metric.Job.Value, Attempt = metric.Attempt, Rank = metric.Rank, Name = metric.Name };

    public static MetricName FromWire(Wire.MetricName? metric) =>
        metric is null ? default : new MetricName(new JobId(metric.JobId), metric.Attempt, metric.Rank, metric.Name);

    public static Wire.MetricSeries ToWire(MetricSeries series) => new()
    {
        Metric = ToWire(series.Metric),
        Count = series.Count,
        Last = ToWire(series.Last),
        Least = series.Least,
        Greatest = series.Greatest,
        LeftOut = series.LeftOut,
    };

    public static MetricSeries FromWire(Wire.MetricSeries series) =>
        new(FromWire(series.Metric), series.Count, FromWire(series.Last ?? new Wire.MetricPoint()), series.Least, series.Greatest, series.LeftOut);

    public static Wire.MetricPoint ToWire(MetricPoint point) => new() { Step = point.Step, Value = point.Value, Timestamp = point.Timestamp };

    public static MetricPoint FromWire(Wire.MetricPoint point) => new(point.Step, point.Value, point.Timestamp);

    public static Wire.ReadMetricRequest ToWire(MetricName metric, MetricRange range)
    {
        var message = new Wire.ReadMetricRequest { Metric = ToWire(metric), MaxPoints = range.MaxPoints };
        if (!double.IsNegativeInfinity(range.From))
        {
            message.FromStep = range.From;
        }

        if (!double.IsPositiveInfinity(range.To))
        {
            message.ToStep = range.To;
        }

        return message;
    }

    public static MetricRange RangeOf(Wire.ReadMetricRequest message) => new(
        message.HasFromStep ? message.FromStep : double.NegativeInfinity, message.HasToStep ? message.ToStep : double.PositiveInfinity, message.MaxPoints);

    public static Wire.ModelVersion ToWire(ModelVersion version)
    {
        var message = new Wire.ModelVersion
        {
            Name = version.Name,
            Version = version.Version,
            JobId = version.Job.Value,
            Attempt = version.Attempt,
            CreatedAt = version.CreatedAt.ToTimestamp(),
        };
        message.Files.AddRange(version.Files.Select(StatusMapping.ToWire));
        message.Aliases.AddRange(version.Aliases);
        message.LeftOut.AddRange(version.LeftOut);
        return message;
    }

    public static ModelVersion FromWire(Wire.ModelVersion message) => new(
        message.Name,
        message.Version,
        new JobId(message.JobId),
        message.CreatedAt?.ToDateTimeOffset() ?? default,
        [.. message.Files.Select(StatusMapping.FromWire)],
        [.. message.Aliases])
    {
        Attempt = message.Attempt,
        LeftOut = [.. message.LeftOut],
    };

    public static Wire.DatasetVersion ToWire(DatasetVersion version) => new() { DatasetId = version.DatasetId, Hash = version.Hash };

    public static DatasetVersion FromWire(Wire.DatasetVersion? version) => new(version?.DatasetId ?? "", version?.Hash ?? "");

    public static Wire.DatasetDescription ToWire(DatasetDescription description)
    {
        var message = new Wire.DatasetDescription
        {
            Version = ToWire(description.Version),
            AddedAt = description.AddedAt.ToTimestamp(),
            Size = description.Size,
            Files = description.Files,
        };
        message.Tags.AddRange(description.Tags);
        return message;
    }

    public static DatasetDescription FromWire(Wire.DatasetDescription message) =>
        new(FromWire(message.Version), message.AddedAt?.ToDateTimeOffset() ?? default, message.Size, message.Files, [.. message.Tags]);

    public static Wire.DatasetFile ToWire(SnapshotFile file) => new() { Name = file.Name, Size = file.Size, Sha256 = file.Sha256 };

    public static SnapshotFile FromWire(Wire.DatasetFile file) => new(file.Name, file.Size, file.Sha256);

    internal static Wire.Execution ToWire(Execution execution)
    {
        var message = new Wire.Execution { Image = execution.Image, Digest = execution.Digest };
        message.Command.AddRange(execution.Command);
        message.Parameters.Add(execution.Parameters.ToDictionary());
        return message;
    }

    internal static Execution FromWire(Wire.Execution message) =>
        new(message.Image, message.Digest, [.. message.Command], new Dictionary<string, string>(message.Parameters, StringComparer.Ordinal));

    private static string? NullIfEmpty(string text) => text.Length > 0 ? text : null;
}
