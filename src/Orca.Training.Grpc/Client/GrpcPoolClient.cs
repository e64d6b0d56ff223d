using Grpc.Core;
using Orca.Training.Client;

namespace Orca.Training.Grpc;

/// <summary>Pools of a service elsewhere.</summary>
internal sealed class GrpcPoolClient(CallInvoker invoker, ServiceCalls calls) : IPoolClient
{
    private readonly Wire.PoolService.PoolServiceClient _service = new(invoker);

    public async Task<IReadOnlyList<PoolInfo>> ListAsync(CancellationToken cancellationToken = default)
    {
        var message = new Wire.ListPoolsRequest();
        return await calls.ReadAllAsync(options => _service.ListPools(message, options), PoolMapping.FromWire, cancellationToken).ConfigureAwait(false);
    }

    public async Task<PoolInfo> GetAsync(string name, CancellationToken cancellationToken = default)
    {
        var message = new Wire.GetPoolRequest { Name = name?.Trim() ?? "" };
        return PoolMapping.FromWire(await calls.AskAsync(options => _service.GetPoolAsync(message, options), cancellationToken).ConfigureAwait(false));
    }
}
