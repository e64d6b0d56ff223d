using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace Orca.Training.Bench.Calls;

/// <summary>The empty unary call: what gRPC and Kestrel cost by themselves.</summary>
internal sealed class NothingService : Wire.NothingService.NothingServiceBase
{
    private static readonly Task<Empty> Answer = Task.FromResult(new Empty());

    public override Task<Empty> Do(Empty request, ServerCallContext context) => Answer;
}
