using Grpc.Core;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orca.Training.AspNetCore.Access;
using Orca.Training.Client;
using Orca.Training.Datasets;
using Orca.Training.Grpc;
using Wire = Orca.Training.Grpc.Wire;

namespace Orca.Training.AspNetCore.Service;

/// <summary>Adds datasets and answers for them, each call with the client that acts for its caller.</summary>
internal sealed class DatasetGrpcService(
    IHostApplicationLifetime lifetime, ILogger<DatasetGrpcService> logger, UploadPlaces? places = null, TimeProvider? time = null)
    : Wire.DatasetService.DatasetServiceBase
{
    // A host may answer with another's client, and has no settings of its own then.
    private static readonly UploadPlaces ByDefault = new(() => new RequestLimits());

    private readonly UploadPlaces _places = places ?? ByDefault;
    private readonly ServiceCalls _calls = new(lifetime, logger);

    public override Task<Wire.DatasetVersion> AddDataset(IAsyncStreamReader<Wire.AddDatasetRequest> requestStream, ServerCallContext context) =>
        UploadAsync(requestStream, context, async (header, open) =>
        {
            // A store opens them one after the other, in this order, which is the order in which their bytes come.
            DatasetFile[] files = [.. header.Files.Select(name => new DatasetFile(name, _ => ValueTask.FromResult(open(name))))];
            return DataMapping.ToWire(await Callers.For(context).Datasets.AddAsync(header.DatasetId, files, context.CancellationToken).ConfigureAwait(false));
        });

    public override Task<Wire.AddIntentsResponse> AddIntents(IAsyncStreamReader<Wire.AddDatasetRequest> requestStream, ServerCallContext context) =>
        UploadAsync(requestStream, context, async (header, open) =>
        {
            var (train, validation, test) = IntentMapping.FromWire(header, open);
            var split = IntentMapping.FromWire(header.Intents.Split);
            return IntentMapping.ToWire(
                await Callers.For(context).Datasets.AddIntentsAsync(header.DatasetId, train, validation, test, split, context.CancellationToken).ConfigureAwait(false));
        });

    private Task<TAnswer> UploadAsync<TAnswer>(
        IAsyncStreamReader<Wire.AddDatasetRequest> requestStream, ServerCallContext context, Func<Wire.DatasetHeader, Func<string, Stream>, Task<TAnswer>> add)
        where TAnswer : class => _calls.AnswerAsync(context, async () =>
    {
        var token = context.CancellationToken;
        var messages = new UploadMessages(requestStream, _places.Limits, time ?? TimeProvider.System);
        var header = await messages.MoveNext(token).ConfigureAwait(false) ? messages.Current.Header : null;
        if (header is null)
        {
            throw TrainingException.Invalid("header", "The first message must have it: name the dataset and its files there.");
        }

        new DatasetSize(_places.Limits).CheckCount(header.Files.Count);
        await messages.AwaitAsync(token).ConfigureAwait(false);
        using var place = _places.Enter(Callers.NameOf(context.GetHttpContext()));
        return await add(header, name => new UploadStream(messages, name)).ConfigureAwait(false);
    });

    public override Task<Wire.ListDatasetsResponse> ListDatasets(Wire.ListDatasetsRequest request, ServerCallContext context) => _calls.AnswerAsync(context, async () =>
    {
        var (ids, hasMore) = NamePages.After(request.After, await Callers.For(context).Datasets.ListAsync(context.CancellationToken).ConfigureAwait(false));
        return new Wire.ListDatasetsResponse { Ids = { ids }, HasMore = hasMore };
    });

    public override Task ListDatasetVersions(Wire.ListDatasetVersionsRequest request, IServerStreamWriter<Wire.DatasetDescription> responseStream, ServerCallContext context) => _calls.AnswerAsync(context, async () =>
    {
        foreach (var version in await Callers.For(context).Datasets.ListVersionsAsync(request.DatasetId, context.CancellationToken).ConfigureAwait(false))
        {
            await responseStream.WriteAsync(DataMapping.ToWire(version), context.CancellationToken).ConfigureAwait(false);
        }

        return responseStream;
    });

    public override Task ListDatasetFiles(Wire.DatasetVersion request, IServerStreamWriter<Wire.DatasetFile> responseStream, ServerCallContext context) => _calls.AnswerAsync(context, async () =>
    {
        foreach (var file in await Callers.For(context).Datasets.ListFilesAsync(DataMapping.FromWire(request), context.CancellationToken).ConfigureAwait(false))
        {
            await responseStream.WriteAsync(DataMapping.ToWire(file), context.CancellationToken).ConfigureAwait(false);
        }

        return responseStream;
    });

    public override Task<Wire.DatasetVersion> ResolveDataset(Wire.ResolveDatasetRequest request, ServerCallContext context) => _calls.AnswerAsync(context, async () =>
        DataMapping.ToWire(await Callers.For(context).Datasets.ResolveAsync(request.DatasetId, request.Version, context.CancellationToken).ConfigureAwait(false)));

    public override Task<Wire.TagDatasetResponse> TagDataset(Wire.TagDatasetRequest request, ServerCallContext context) => _calls.AnswerAsync(context, async () =>
    {
        await Callers.For(context).Datasets.TagAsync(DataMapping.FromWire(request.Version), request.Tag, context.CancellationToken).ConfigureAwait(false);
        return new Wire.TagDatasetResponse();
    });

    public override Task<Wire.RemoveDatasetTagResponse> RemoveDatasetTag(Wire.RemoveDatasetTagRequest request, ServerCallContext context) => _calls.AnswerAsync(context, async () =>
    {
        await Callers.For(context).Datasets.RemoveTagAsync(request.DatasetId, request.Tag, context.CancellationToken).ConfigureAwait(false);
        return new Wire.RemoveDatasetTagResponse();
    });

    public override Task<Wire.DeleteDatasetResponse> DeleteDataset(Wire.DatasetVersion request, ServerCallContext context) => _calls.AnswerAsync(context, async () =>
    {
        await Callers.For(context).Datasets.DeleteAsync(DataMapping.FromWire(request), context.CancellationToken).ConfigureAwait(false);
        return new Wire.DeleteDatasetResponse();
    });
}
