using Grpc.Core;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orca.Training.AspNetCore.Access;
using Orca.Training.Grpc;
using Wire = Orca.Training.Grpc.Wire;

namespace Orca.Training.AspNetCore.Service;

/// <summary>Answers for pools, each call with the client that acts for its caller.</summary>
internal sealed class PoolGrpcService(IHostApplicationLifetime lifetime, ILogger<PoolGrpcService> logger) : Wire.PoolService.PoolServiceBase
{
    private readonly ServiceCalls _calls = new(lifetime, logger);

    public override Task ListPools(Wire.ListPoolsRequest request, IServerStreamWriter<Wire.Pool> responseStream, ServerCallContext context) =>
        _calls.AnswerAsync(context, async () =>
        {
            foreach (var pool in await Callers.For(context).Pools.ListAsync(context.CancellationToken).ConfigureAwait(false))
            {
                await responseStream.WriteAsync(PoolMapping.ToWire(pool), context.CancellationToken).ConfigureAwait(false);
            }

            return responseStream;
        });

    public override Task<Wire.Pool> GetPool(Wire.GetPoolRequest request, ServerCallContext context) => _calls.AnswerAsync(context, async () =>
        PoolMapping.ToWire(await Callers.For(context).Pools.GetAsync(request.Name, context.CancellationToken).ConfigureAwait(false)));
}
