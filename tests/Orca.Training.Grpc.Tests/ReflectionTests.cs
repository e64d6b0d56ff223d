using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Reflection.V1;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Orca.Training.Grpc.Tests.Support;
using Orca.Training.Testing.Conformance.Clients;
using Alpha = Grpc.Reflection.V1Alpha;

namespace Orca.Training.Grpc.Tests;

/// <summary>The contract, told to tools that have no copy of it.</summary>
public sealed class ReflectionTests
{
    private static CancellationToken Token => Patience.Token;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_tool_finds_the_service_and_its_contract(bool hasHostGrpc)
    {
        await using var host = await TrainingHost.StartAsync(
            new ScriptedClient(),
            builder =>
            {
                if (hasHostGrpc)
                {
                    builder.Services.AddGrpc();
                }
            },
            app =>
            {
                app.MapOrcaTraining();
                app.MapOrcaTrainingReflection();
            });
        using var channel = GrpcChannel.ForAddress(host.Address);

        var services = await AskAsync(channel, new ServerReflectionRequest { ListServices = "" });
        Assert.Superset(
            new HashSet<string> { "training.TrainingService", "training.RunService", "training.ModelService", "training.DatasetService" },
            services.ListServicesResponse.Service.Select(s => s.Name).ToHashSet());

        var file = await AskAsync(channel, new ServerReflectionRequest { FileContainingSymbol = "training.TrainingService" });
        var proto = FileDescriptorProto.Parser.ParseFrom(file.FileDescriptorResponse.FileDescriptorProto[0]);
        Assert.Contains("ListTrainings", proto.Service[0].Method.Select(m => m.Name));

        using var old = new Alpha.ServerReflection.ServerReflectionClient(channel).ServerReflectionInfo(cancellationToken: Token);
        await old.RequestStream.WriteAsync(new Alpha.ServerReflectionRequest { ListServices = "" }, Token);
        Assert.True(await old.ResponseStream.MoveNext(Token));
        Assert.Contains("training.TrainingService", old.ResponseStream.Current.ListServicesResponse.Service.Select(s => s.Name));
    }

    [Fact]
    public async Task Nobody_is_told_the_contract_unless_the_host_says_so()
    {
        await using var host = await TrainingHost.StartAsync(new ScriptedClient());
        using var channel = GrpcChannel.ForAddress(host.Address);

        var refusal = await Assert.ThrowsAsync<RpcException>(() => AskAsync(channel, new ServerReflectionRequest { ListServices = "" }));

        Assert.Equal(StatusCode.Unimplemented, refusal.StatusCode);
    }

    [Fact]
    public async Task The_contract_is_closed_by_default_like_the_service()
    {
        await using var host = await TrainingHost.StartAsync(new ScriptedClient(), map: app =>
        {
            app.Use((context, next) =>
            {
                context.Connection.RemoteIpAddress = System.Net.IPAddress.Parse("10.0.0.1");
                return next(context);
            });
            app.MapOrcaTrainingReflection();
        });
        using var channel = GrpcChannel.ForAddress(host.Address);

        var refusal = await Assert.ThrowsAsync<RpcException>(() => AskAsync(channel, new ServerReflectionRequest { ListServices = "" }));

        Assert.Equal(StatusCode.Unauthenticated, refusal.StatusCode);
    }

    private static async Task<ServerReflectionResponse> AskAsync(GrpcChannel channel, ServerReflectionRequest request)
    {
        using var call = new ServerReflection.ServerReflectionClient(channel).ServerReflectionInfo(cancellationToken: Token);
        try
        {
            await call.RequestStream.WriteAsync(request, Token);
        }
        catch (Exception e) when (e is RpcException or InvalidOperationException)
        {
            // Refused before the request was read: the answer says why.
        }

        Assert.True(await call.ResponseStream.MoveNext(Token));
        return call.ResponseStream.Current;
    }
}
