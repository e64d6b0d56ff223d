using Google.Protobuf.WellKnownTypes;
using Orca.Training.Client;

namespace Orca.Training.Grpc;

/// <summary>A query for trainings, and a page of them, on the wire and back.</summary>
internal static class QueryMapping
{
    /// <param name="query">A query that <see cref="Intake"/> has taken.</param>
    public static Wire.ListTrainingsRequest ToWire(TrainingQuery query)
    {
        var message = new Wire.ListTrainingsRequest
        {
            User = query.User ?? "",
            Algorithm = query.Algorithm ?? "",
            DatasetId = query.DatasetId ?? "",
            Name = query.Name ?? "",
            Group = query.Group ?? "",
            SubmittedFrom = query.SubmittedFrom?.ToTimestamp(),
            SubmittedBefore = query.SubmittedBefore?.ToTimestamp(),
            OldestFirst = query.OldestFirst,
            PageSize = query.PageSize,
            PageToken = query.PageToken ?? "",
        };
        message.States.AddRange(query.States.Select(StatusMapping.ToWireOfQuery));
        foreach (var (name, value) in query.Labels)
        {
            message.Labels[name] = value;
        }

        return message;
    }

    /// <exception cref="TrainingException">A time is none that there is.</exception>
    public static TrainingQuery FromWire(Wire.ListTrainingsRequest message) => new()
    {
        States = [.. message.States.Select(StatusMapping.FromWireOfQuery)],
        User = message.User,
        Algorithm = message.Algorithm,
        DatasetId = message.DatasetId,
        Name = message.Name,
        Group = message.Group,
        Labels = new Dictionary<string, string>(message.Labels, StringComparer.Ordinal),
        SubmittedFrom = TimeOf("submitted_from", message.SubmittedFrom),
        SubmittedBefore = TimeOf("submitted_before", message.SubmittedBefore),
        OldestFirst = message.OldestFirst,
        PageSize = message.PageSize,
        PageToken = message.PageToken,
    };

    public static Wire.ListTrainingsResponse ToWire(TrainingPage page)
    {
        var message = new Wire.ListTrainingsResponse { NextPageToken = page.NextPageToken ?? "" };
        message.Trainings.AddRange(page.Trainings.Select(StatusMapping.ToWire));
        return message;
    }

    public static TrainingPage FromWire(Wire.ListTrainingsResponse message) =>
        new([.. message.Trainings.Select(StatusMapping.FromWire)], message.NextPageToken.Length > 0 ? message.NextPageToken : null);

    private static DateTimeOffset? TimeOf(string field, Timestamp? time)
    {
        try
        {
            return time?.ToDateTimeOffset();
        }
        catch (InvalidOperationException)
        {
            throw TrainingException.Invalid(field, $"{time!.Seconds} s and {time.Nanos} ns are not a time: give one from 0001-01-01 to 9999-12-31, with 0 to 999,999,999 ns.");
        }
    }
}
