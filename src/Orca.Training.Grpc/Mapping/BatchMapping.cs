using Orca.Training.Client;
using Orca.Training.Jobs;

namespace Orca.Training.Grpc;

/// <summary>Several requests at once, and their group, on the wire and back.</summary>
internal static class BatchMapping
{
    public static Wire.TrainAllRequest ToWire(TrainingBatch batch)
    {
        var message = new Wire.TrainAllRequest { Group = batch.Group ?? "", IdempotencyKey = batch.IdempotencyKey ?? "" };
        message.Requests.AddRange(batch.Requests.Select(RequestMapping.ToWire));
        return message;
    }

    public static Wire.TrainSweepRequest ToWire(TrainingSweep sweep)
    {
        var message = new Wire.TrainSweepRequest { Metadata = RequestMapping.ToWire(sweep.Request) };
        message.Grid.AddRange(sweep.Grid.Select(ToWire));
        return message;
    }

    public static TrainingSweep FromWire(Wire.TrainingJobMetadata metadata, IEnumerable<Wire.SweepParameter> grid) => new()
    {
        Request = RequestMapping.FromWire(metadata),
        Grid = [.. grid.Select(p => new SweepParameter(p.Name, [.. p.Values]))],
    };

    public static Wire.TrainGroupResponse ToWire(TrainingGroup group)
    {
        var message = new Wire.TrainGroupResponse { Group = group.Name };
        message.JobIds.AddRange(group.Jobs.Select(j => j.Value));
        return message;
    }

    public static TrainingGroup FromWire(Wire.TrainGroupResponse message) => new(message.Group, [.. message.JobIds.Select(id => new JobId(id))]);

    private static Wire.SweepParameter ToWire(SweepParameter parameter)
    {
        var message = new Wire.SweepParameter { Name = parameter.Name };
        message.Values.AddRange(parameter.Values);
        return message;
    }
}
