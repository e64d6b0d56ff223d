namespace Orca.Training.Grpc;

/// <summary>A call with many requests as the messages that carry it: gRPC's servers take 4 MiB in one unless they say more.</summary>
internal static class BatchParts
{
    // No request is larger than CallLimits.MaxRequestBytes and some, so that a part with one more than fits is still a message.
    private const int MostOfAPart = 1 << 20;

    /// <summary>Whether it goes into one message, as every service understands it.</summary>
    public static bool IsOne(Wire.TrainAllRequest message) => message.CalculateSize() <= 3 * MostOfAPart;

    /// <summary>The parts, in order: group and key are in the first.</summary>
    public static IEnumerable<Wire.TrainAllRequest> Of(Wire.TrainAllRequest message)
    {
        var part = new Wire.TrainAllRequest { Group = message.Group, IdempotencyKey = message.IdempotencyKey };
        var size = 0;
        foreach (var request in message.Requests)
        {
            part.Requests.Add(request);
            size += request.CalculateSize();
            if (size >= MostOfAPart)
            {
                yield return part;
                (part, size) = (new Wire.TrainAllRequest(), 0);
            }
        }

        if (part.Requests.Count > 0)
        {
            yield return part;
        }
    }
}
