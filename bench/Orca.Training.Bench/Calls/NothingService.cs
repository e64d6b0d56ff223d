using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Orca.Training.Grpc.Wire;

namespace Orca.Training.Bench.Calls;

/// <summary>The empty unary call: what gRPC and Kestrel cost by themselves.</summary>
internal sealed class NothingService : Wire.NothingService.NothingServiceBase
{
    private static readonly Task<Empty> Answer = Task.FromResult(new Empty());

    /// <summary>What <see cref="Same"/> answers.</summary>
    public static Task<GetTrainingStatusResponse> Status { get; set; } = Task.FromResult(new GetTrainingStatusResponse());

    public override Task<GetTrainingStatusResponse> Same(Empty request, ServerCallContext context) => Status;

    public override Task<Empty> Do(Empty request, ServerCallContext context) => Answer;
}
