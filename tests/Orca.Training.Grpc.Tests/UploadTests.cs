using Grpc.Core;
using Grpc.Net.Client;
using Orca.Training.Grpc.Tests.Support;
using Orca.Training.Testing.Conformance.Clients;

namespace Orca.Training.Grpc.Tests;

/// <summary>Uploads that come to nothing, at a real server.</summary>
public sealed class UploadTests : IDisposable
{
    private readonly DataInstallation _installation = new();

    private static CancellationToken Token => Patience.Token;

    public void Dispose() => _installation.Dispose();

    [Fact]
    public async Task Uploads_that_send_a_header_and_nothing_more_are_in_nobodys_way()
    {
        await using var host = await TrainingHost.StartAsync(_installation.Clients);
        using var channel = GrpcChannel.ForAddress(host.Address);
        var service = new Wire.DatasetService.DatasetServiceClient(channel);
        var held = new List<AsyncClientStreamingCall<Wire.AddDatasetRequest, Wire.DatasetVersion>>();
        for (var i = 0; i < 300; i++)
        {
            held.Add(await BeginAsync(service));
        }

        await using var client = host.Connect();
        var version = await client.Datasets.AddAsync("digits", [DataInstallation.File("a", "1")], Token);
        await client.Datasets.TagAsync(version, "reviewed", Token);
        await client.Datasets.DeleteAsync(version, Token);

        held.ForEach(call => call.Dispose());
    }

    [Fact]
    public async Task A_caller_that_begins_many_uploads_is_refused_beyond_its_share_without_a_path_of_the_host()
    {
        await using var host = await TrainingHost.StartAsync(_installation.Clients);
        using var channel = GrpcChannel.ForAddress(host.Address);
        var service = new Wire.DatasetService.DatasetServiceClient(channel);
        var held = new List<AsyncClientStreamingCall<Wire.AddDatasetRequest, Wire.DatasetVersion>>();
        for (var i = 0; i < 9; i++)
        {
            held.Add(await BeginAsync(service));
            await held[i].RequestStream.WriteAsync(new Wire.AddDatasetRequest { Content = Google.Protobuf.ByteString.CopyFromUtf8("1") }, Token);
        }

        // Which of them comes too late is not said: the server answers one of them, and only one.
        var answered = await Task.WhenAny(held.Select(call => call.ResponseAsync)).WaitAsync(Token);

        var refusal = await Assert.ThrowsAsync<RpcException>(() => answered);
        Assert.Equal(
            (StatusCode.ResourceExhausted, "You are uploading 8 datasets, and a caller may upload 8 at a time: wait until one of them has ended."),
            (refusal.StatusCode, refusal.Status.Detail));
        held.ForEach(call => call.Dispose());
    }

    private static async Task<AsyncClientStreamingCall<Wire.AddDatasetRequest, Wire.DatasetVersion>> BeginAsync(Wire.DatasetService.DatasetServiceClient service)
    {
        var call = service.AddDataset(cancellationToken: Token);
        var header = new Wire.DatasetHeader { DatasetId = "held" };
        header.Files.Add("a");
        await call.RequestStream.WriteAsync(new Wire.AddDatasetRequest { Header = header }, Token);
        return call;
    }
}
