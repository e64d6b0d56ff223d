using Grpc.Core;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orca.Training.AspNetCore.Access;
using Orca.Training.Client;
using Orca.Training.Grpc;
using Wire = Orca.Training.Grpc.Wire;

namespace Orca.Training.AspNetCore.Service;

/// <summary>Answers for models, each call with the client that acts for its caller.</summary>
internal sealed class ModelGrpcService(IHostApplicationLifetime lifetime, ILogger<ModelGrpcService> logger) : Wire.ModelService.ModelServiceBase
{
    private readonly ServiceCalls _calls = new(lifetime, logger);

    public override Task<Wire.ListModelsResponse> ListModels(Wire.ListModelsRequest request, ServerCallContext context) => _calls.AnswerAsync(context, async () =>
    {
        var (names, hasMore) = NamePages.After(request.After, await Callers.For(context).Models.ListAsync(context.CancellationToken).ConfigureAwait(false));
        return new Wire.ListModelsResponse { Names = { names }, HasMore = hasMore };
    });

    public override Task ListModelVersions(Wire.ListModelVersionsRequest request, IServerStreamWriter<Wire.ModelVersion> responseStream, ServerCallContext context) => _calls.AnswerAsync(context, async () =>
    {
        foreach (var version in await Callers.For(context).Models.ListVersionsAsync(request.Name, context.CancellationToken).ConfigureAwait(false))
        {
            await responseStream.WriteAsync(DataMapping.ToWire(version), context.CancellationToken).ConfigureAwait(false);
        }

        return responseStream;
    });

    public override Task<Wire.ModelVersion> GetModel(Wire.GetModelRequest request, ServerCallContext context) => _calls.AnswerAsync(context, async () =>
        DataMapping.ToWire(await Callers.For(context).Models.GetAsync(request.Name, request.Reference, context.CancellationToken).ConfigureAwait(false)));

    public override Task ListModelFiles(Wire.GetModelRequest request, IServerStreamWriter<Wire.TrainingArtifact> responseStream, ServerCallContext context) => _calls.AnswerAsync(context, async () =>
    {
        foreach (var file in await Callers.For(context).Models.ListFilesAsync(request.Name, request.Reference, context.CancellationToken).ConfigureAwait(false))
        {
            await responseStream.WriteAsync(StatusMapping.ToWire(file), context.CancellationToken).ConfigureAwait(false);
        }

        return responseStream;
    });

    public override Task<Wire.SetModelAliasResponse> SetModelAlias(Wire.SetModelAliasRequest request, ServerCallContext context) => _calls.AnswerAsync(context, async () =>
    {
        await Callers.For(context).Models.SetAliasAsync(request.Name, request.Alias, request.Version, context.CancellationToken).ConfigureAwait(false);
        return new Wire.SetModelAliasResponse();
    });

    public override Task<Wire.RemoveModelAliasResponse> RemoveModelAlias(Wire.RemoveModelAliasRequest request, ServerCallContext context) => _calls.AnswerAsync(context, async () =>
    {
        await Callers.For(context).Models.RemoveAliasAsync(request.Name, request.Alias, context.CancellationToken).ConfigureAwait(false);
        return new Wire.RemoveModelAliasResponse();
    });

    public override Task<Wire.RemoveModelResponse> RemoveModel(Wire.RemoveModelRequest request, ServerCallContext context) => _calls.AnswerAsync(context, async () =>
    {
        await Callers.For(context).Models.RemoveAsync(request.Name, request.Version, context.CancellationToken).ConfigureAwait(false);
        return new Wire.RemoveModelResponse();
    });

    public override Task DownloadModelFile(Wire.DownloadModelFileRequest request, IServerStreamWriter<Wire.FileChunk> responseStream, ServerCallContext context) => _calls.AnswerAsync(context, async () =>
    {
        await _calls.StreamAsync(context, "continue after the last byte received", async token =>
        {
            var client = Callers.For(context);
            // The version first: an alias may move while it is read.
            var version = await client.Models.GetAsync(request.Name, request.Reference, token).ConfigureAwait(false);
            var number = version.Version.ToString(System.Globalization.CultureInfo.InvariantCulture);
            await using var stream = await client.Models.OpenFileAsync(request.Name, number, request.File, request.Offset, token).ConfigureAwait(false);
            await FileChunks.SendAsync(stream, await client.Models.FindFileAsync(version, request.File, token).ConfigureAwait(false), responseStream, token).ConfigureAwait(false);
        }).ConfigureAwait(false);
        return responseStream;
    });
}
