using Grpc.Core;
using Grpc.Health.V1;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Wire = Orca.Training.Grpc.Wire;
using ServingStatus = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace Orca.Training.AspNetCore.Health;

/// <summary>
/// gRPC's standard health service, for the whole ("") and for the training service. Degraded is serving: callers get their answers while
/// a machine is away.
/// </summary>
internal sealed class TrainingGrpcHealth(IHostApplicationLifetime lifetime, TimeProvider time) : global::Grpc.Health.V1.Health.HealthBase
{
    // How old what a watcher knows can be; each look asks the store and the machines at most once a second for all watchers.
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    public override async Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context)
    {
        if (!IsKnown(request.Service))
        {
            throw new RpcException(new Status(StatusCode.NotFound, $"There is no service '{request.Service}': use '{Name}', or '' for the whole server."));
        }

        return new HealthCheckResponse { Status = await StatusAsync(context, context.CancellationToken).ConfigureAwait(false) };
    }

    public override async Task Watch(HealthCheckRequest request, IServerStreamWriter<HealthCheckResponse> responseStream, ServerCallContext context)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping);
        try
        {
            var told = ServingStatus.Unknown;
            while (true)
            {
                var status = IsKnown(request.Service) ? await StatusAsync(context, end.Token).ConfigureAwait(false) : ServingStatus.ServiceUnknown;
                if (status != told)
                {
                    told = status;
                    await responseStream.WriteAsync(new HealthCheckResponse { Status = status }, end.Token).ConfigureAwait(false);
                }

                await Task.Delay(Period, time, end.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested && !context.CancellationToken.IsCancellationRequested)
        {
            await responseStream.WriteAsync(new HealthCheckResponse { Status = ServingStatus.NotServing }, context.CancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (context.CancellationToken.IsCancellationRequested)
        {
            // Nobody watches any more.
        }
    }

    private static string Name => Wire.TrainingService.Descriptor.FullName;

    // They live and die together: all answer from the same stores.
    private static bool IsKnown(string service) =>
        service.Length == 0
        || service == Name
        || service == Wire.RunService.Descriptor.FullName
        || service == Wire.ModelService.Descriptor.FullName
        || service == Wire.DatasetService.Descriptor.FullName;

    private static async Task<ServingStatus> StatusAsync(ServerCallContext context, CancellationToken cancellationToken)
    {
        var check = context.GetHttpContext().GetEndpoint()!.Metadata.GetRequiredMetadata<TrainingHealthCheck>();
        var result = await check.AskAsync(HealthStatus.Unhealthy, cancellationToken).ConfigureAwait(false);
        return result.Status is HealthStatus.Unhealthy ? ServingStatus.NotServing : ServingStatus.Serving;
    }
}
