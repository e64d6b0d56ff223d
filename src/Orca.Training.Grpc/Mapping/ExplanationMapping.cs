using Google.Protobuf.WellKnownTypes;
using Orca.Training.Client;
using Orca.Training.Jobs;

namespace Orca.Training.Grpc;

/// <summary>Explanations on the wire.</summary>
internal static class ExplanationMapping
{
    public static Wire.ExplainTrainingResponse ToWire(TrainingExplanation explanation) => new()
    {
        // On the wire, 0 is no verdict.
        Verdict = (Wire.ExplainTrainingResponse.Types.Verdict)((int)explanation.Verdict + 1),
        QueuePosition = explanation.Position ?? 0,
        Reasons = { explanation.Reasons.Select(ToWire) },
    };

    public static TrainingExplanation FromWire(Wire.ExplainTrainingResponse answer) => new(
        (StartVerdict)((int)answer.Verdict - 1),
        answer.QueuePosition == 0 ? null : answer.QueuePosition,
        [.. answer.Reasons.Select(FromWire)]);

    private static Wire.WaitReason ToWire(WaitReason reason)
    {
        var wire = new Wire.WaitReason
        {
            Code = reason.Code.ToString(),
            Message = reason.Message,
            Machine = reason.Machine ?? "",
            Resource = reason.Resource ?? "",
            Until = reason.Until?.ToTimestamp(),
        };
        if (reason.Used is { } used)
        {
            wire.Used = used;
        }

        if (reason.Limit is { } limit)
        {
            wire.Limit = limit;
        }

        if (reason.UsersAhead is { } users)
        {
            wire.UsersAhead = users;
        }

        return wire;
    }

    // A kind that a newer service has added is one of turns to an older client: its words say what it is.
    private static WaitReason FromWire(Wire.WaitReason reason) =>
        new(System.Enum.TryParse<WaitCode>(reason.Code, out var code) ? code : WaitCode.NotYourTurn, reason.Message)
        {
            Machine = reason.Machine.Length == 0 ? null : reason.Machine,
            Resource = reason.Resource.Length == 0 ? null : reason.Resource,
            Used = reason.HasUsed ? reason.Used : null,
            Limit = reason.HasLimit ? reason.Limit : null,
            UsersAhead = reason.HasUsersAhead ? reason.UsersAhead : null,
            Until = reason.Until?.ToDateTimeOffset(),
        };
}
