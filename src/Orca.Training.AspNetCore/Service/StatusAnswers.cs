using Orca.Training.Client;
using Orca.Training.Grpc;
using Wire = Orca.Training.Grpc.Wire;

namespace Orca.Training.AspNetCore.Service;

/// <summary>
/// The wire's messages for statuses, the latest kept: callers ask for the same job again and again, and mostly nothing has changed.
/// Making a message costs more than looking at whether the status is the same. Messages are read only once they are made, so many calls
/// may send one.
/// </summary>
internal sealed class StatusAnswers
{
    // A job's place is its id's remainder, so that jobs of one time do not push each other out.
    private const int Places = 256;

    private readonly Answer?[] _latest = new Answer?[Places];

    public Wire.GetTrainingStatusResponse For(TrainingStatus status)
    {
        ref var place = ref _latest[(ulong)status.JobId.Value % Places];
        var kept = Volatile.Read(ref place);
        if (kept?.Status == status)
        {
            return kept.Message;
        }

        var message = StatusMapping.ToWire(status);
        message.Seal();
        Volatile.Write(ref place, KeptStatuses.IsKept(status) ? new Answer(status, message) : null);
        return message;
    }

    private sealed record Answer(TrainingStatus Status, Wire.GetTrainingStatusResponse Message);
}
