using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Orca.Training.Grpc.Tests.Support;
using Orca.Training.Testing;
using Orca.Training.Testing.Conformance.Clients;

namespace Orca.Training.Grpc.Tests;

/// <summary>Intents that come over the wire, as any client may send them.</summary>
public sealed class IntentUploadTests
{
    private static CancellationToken Token => Patience.Token;

    [Fact]
    public async Task A_host_that_is_sent_intents_tells_once_what_stands_in_their_rows()
    {
        await using var host = await StartAsync();
        await using var client = host.Connect();

        var added = await client.Datasets.AddIntentsAsync("intents", DataInstallation.Csv("train.csv", "hi,greet\nhi,leave\n"), cancellationToken: Token);

        var told = Assert.Single(host.Logs.GetSnapshot(), record => record.Id.Id == 1082);
        Assert.Equal(
            $"Dataset intents has version {added.Version.Hash} of intents: 2 training, 0 validation and 0 test rows of 2 labels; 0 duplicates, 1 contradictions, 0 overlaps",
            told.Message);
    }

    [Theory]
    // 1 is the training rows, 2 validation, 3 test.
    [InlineData("header.intents")]
    [InlineData("header.intents.files", 3)]
    [InlineData("header.intents.files", 1, 1)]
    [InlineData("header.intents.files", 1, 3, 2)]
    [InlineData("header.intents.files", 1, 9)]
    public async Task Files_whose_parts_are_out_of_order_are_refused(string field, params int[] parts)
    {
        await using var host = await StartAsync();
        using var channel = GrpcChannel.ForAddress(host.Address);
        using var call = new Wire.DatasetService.DatasetServiceClient(channel).AddIntents(cancellationToken: Token);
        var header = new Wire.DatasetHeader { DatasetId = "intents" };
        header.Files.AddRange(parts.Select((_, i) => $"{i}.csv"));
        if (parts.Length > 0)
        {
            header.Intents = new Wire.IntentsHeader();
            header.Intents.Files.AddRange(parts.Select(p => new Wire.IntentFile { Part = (Wire.IntentPart)p }));
        }

        await call.RequestStream.WriteAsync(new Wire.AddDatasetRequest { Header = header }, Token);
        await call.RequestStream.CompleteAsync();

        var refusal = await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync);
        Assert.Equal(StatusCode.InvalidArgument, refusal.StatusCode);
        Assert.StartsWith(field + ": ", refusal.Status.Detail, StringComparison.Ordinal);
    }

    private static Task<TrainingHost> StartAsync() => TrainingHost.StartAsync(
        builder => builder.Services.AddOrcaTraining(o => o.AddAlgorithm("a", "image")).UseFakeRuntime(new FakeContainerRuntime(TimeProvider.System)).UseFakeStores(),
        app => app.MapOrcaTraining());
}
