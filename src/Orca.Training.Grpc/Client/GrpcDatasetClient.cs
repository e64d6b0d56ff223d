using Google.Protobuf;
using Grpc.Core;
using Orca.Training.Client;
using Orca.Training.Datasets;
using Orca.Training.Datasets.Intents;

namespace Orca.Training.Grpc;

/// <summary>Datasets of a service elsewhere.</summary>
internal sealed class GrpcDatasetClient(CallInvoker invoker, ServiceCalls calls) : IDatasetClient
{
    private const int ChunkSize = 64 * 1024;

    private readonly Wire.DatasetService.DatasetServiceClient _service = new(invoker);

    public async Task<DatasetVersion> AddAsync(string datasetId, IReadOnlyList<DatasetFile> files, CancellationToken cancellationToken = default)
    {
        Intake.Names(("dataset_id", datasetId));
        ArgumentNullException.ThrowIfNull(files);
        var header = new Wire.DatasetHeader { DatasetId = datasetId };
        using var call = _service.AddDataset(new CallOptions(cancellationToken: cancellationToken));
        return DataMapping.FromWire(await UploadAsync(call, header, files, cancellationToken).ConfigureAwait(false));
    }

    public async Task<AddedDataset> AddIntentsAsync(
        string datasetId,
        CsvSource train,
        CsvSource? validation = null,
        CsvSource? test = null,
        IntentSplit? split = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(datasetId);
        ArgumentNullException.ThrowIfNull(train);
        var sources = IntentMapping.InOrder(train, validation, test);
        var header = new Wire.DatasetHeader { DatasetId = datasetId, Intents = IntentMapping.ToWire(sources, split) };
        using var call = _service.AddIntents(new CallOptions(cancellationToken: cancellationToken));
        DatasetFile[] files = [.. sources.Select(s => new DatasetFile(s.Source.Name, s.Source.Open))];
        return IntentMapping.FromWire(await UploadAsync(call, header, files, cancellationToken).ConfigureAwait(false));
    }

    public async Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken = default)
    {
        var ids = new List<string>();
        while (true)
        {
            var message = new Wire.ListDatasetsRequest { After = ids.LastOrDefault() ?? "" };
            var answer = await calls.AskAsync(options => _service.ListDatasetsAsync(message, options), cancellationToken).ConfigureAwait(false);
            ids.AddRange(answer.Ids);
            if (!answer.HasMore || answer.Ids.Count == 0)
            {
                return ids;
            }
        }
    }

    public async Task<IReadOnlyList<DatasetDescription>> ListVersionsAsync(string datasetId, CancellationToken cancellationToken = default)
    {
        Intake.Names(("dataset_id", datasetId));
        var message = new Wire.ListDatasetVersionsRequest { DatasetId = datasetId };
        return await calls.ReadAllAsync(options => _service.ListDatasetVersions(message, options), DataMapping.FromWire, cancellationToken).ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<SnapshotFile>> ListFilesAsync(DatasetVersion version, CancellationToken cancellationToken = default)
    {
        Intake.Version(version);
        var message = DataMapping.ToWire(version);
        return await calls.ReadAllAsync(options => _service.ListDatasetFiles(message, options), DataMapping.FromWire, cancellationToken).ConfigureAwait(false);
    }

    public async Task<DatasetVersion> ResolveAsync(string datasetId, string version = "", CancellationToken cancellationToken = default)
    {
        Intake.Names(("dataset_id", datasetId), ("version", version));
        var message = new Wire.ResolveDatasetRequest { DatasetId = datasetId, Version = version };
        return DataMapping.FromWire(await calls.AskAsync(options => _service.ResolveDatasetAsync(message, options), cancellationToken).ConfigureAwait(false));
    }

    public async Task TagAsync(DatasetVersion version, string tag, CancellationToken cancellationToken = default)
    {
        Intake.Version(version, ("tag", tag));
        var message = new Wire.TagDatasetRequest { Version = DataMapping.ToWire(version), Tag = tag };
        await calls.AskAsync(options => _service.TagDatasetAsync(message, options), cancellationToken).ConfigureAwait(false);
    }

    public async Task RemoveTagAsync(string datasetId, string tag, CancellationToken cancellationToken = default)
    {
        Intake.Names(("dataset_id", datasetId), ("tag", tag));
        var message = new Wire.RemoveDatasetTagRequest { DatasetId = datasetId, Tag = tag };
        await calls.AskAsync(options => _service.RemoveDatasetTagAsync(message, options), cancellationToken).ConfigureAwait(false);
    }

    public async Task DeleteAsync(DatasetVersion version, CancellationToken cancellationToken = default)
    {
        Intake.Version(version);
        var message = DataMapping.ToWire(version);
        await calls.AskAsync(options => _service.DeleteDatasetAsync(message, options), cancellationToken).ConfigureAwait(false);
    }

    private async Task<TAnswer> UploadAsync<TAnswer>(
        AsyncClientStreamingCall<Wire.AddDatasetRequest, TAnswer> call, Wire.DatasetHeader header, IReadOnlyList<DatasetFile> files, CancellationToken cancellationToken)
    {
        header.Files.AddRange(files.Select(f => f.Name));
        try
        {
            await SendAsync(call.RequestStream, header, [.. files.Select(CallersFile.Of)], cancellationToken).ConfigureAwait(false);
            return await call.ResponseAsync.ConfigureAwait(false);
        }
        catch (RpcException)
        {
            // The service may have refused it before all was sent: its own answer says more than the broken stream.
            throw await RefusalAsync(call, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task SendAsync(
        IClientStreamWriter<Wire.AddDatasetRequest> stream, Wire.DatasetHeader header, IReadOnlyList<DatasetFile> files, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(new Wire.AddDatasetRequest { Header = header }, cancellationToken).ConfigureAwait(false);
        var buffer = new byte[ChunkSize];
        foreach (var file in files)
        {
            await using var content = await file.Open(cancellationToken).ConfigureAwait(false);
            int read;
            while ((read = await content.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false)) > 0)
            {
                await stream.WriteAsync(new Wire.AddDatasetRequest { Content = ByteString.CopyFrom(buffer, 0, read) }, cancellationToken).ConfigureAwait(false);
            }

            await stream.WriteAsync(new Wire.AddDatasetRequest { EndsFile = true }, cancellationToken).ConfigureAwait(false);
        }

        await stream.CompleteAsync().ConfigureAwait(false);
    }

    private async Task<Exception> RefusalAsync<TAnswer>(AsyncClientStreamingCall<Wire.AddDatasetRequest, TAnswer> call, CancellationToken cancellationToken)
    {
        try
        {
            await call.ResponseAsync.ConfigureAwait(false);
            return new TrainingException(TrainingError.Internal, "The service answered before all of the dataset was sent.");
        }
        catch (Exception e)
        {
            return calls.Translated(e, cancellationToken) ?? e;
        }
    }
}
