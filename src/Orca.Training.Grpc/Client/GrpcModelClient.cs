using Grpc.Core;
using Orca.Training.Client;
using Orca.Training.Jobs;
using Orca.Training.Models;

namespace Orca.Training.Grpc;

/// <summary>Models of a service elsewhere.</summary>
internal sealed class GrpcModelClient(CallInvoker invoker, ServiceCalls calls) : IModelClient
{
    private readonly Wire.ModelService.ModelServiceClient _service = new(invoker);

    public async Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken = default)
    {
        var names = new List<string>();
        while (true)
        {
            var message = new Wire.ListModelsRequest { After = names.LastOrDefault() ?? "" };
            var answer = await calls.AskAsync(options => _service.ListModelsAsync(message, options), cancellationToken).ConfigureAwait(false);
            names.AddRange(answer.Names);
            if (!answer.HasMore || answer.Names.Count == 0)
            {
                return names;
            }
        }
    }

    public async Task<IReadOnlyList<ModelVersion>> ListVersionsAsync(string name, CancellationToken cancellationToken = default)
    {
        Intake.Names(("name", name));
        var message = new Wire.ListModelVersionsRequest { Name = name };
        return await calls.ReadAllAsync(options => _service.ListModelVersions(message, options), DataMapping.FromWire, cancellationToken).ConfigureAwait(false);
    }

    public async Task<ModelVersion> GetAsync(string name, string reference = "", CancellationToken cancellationToken = default)
    {
        Intake.Names(("name", name), ("reference", reference));
        var message = new Wire.GetModelRequest { Name = name, Reference = reference };
        return DataMapping.FromWire(await calls.AskAsync(options => _service.GetModelAsync(message, options), cancellationToken).ConfigureAwait(false));
    }

    public async Task<IReadOnlyList<Artifact>> ListFilesAsync(string name, string reference = "", CancellationToken cancellationToken = default)
    {
        Intake.Names(("name", name), ("reference", reference));
        var message = new Wire.GetModelRequest { Name = name, Reference = reference };
        return await calls.ReadAllAsync(options => _service.ListModelFiles(message, options), StatusMapping.FromWire, cancellationToken).ConfigureAwait(false);
    }

    public async Task SetAliasAsync(string name, string alias, int version, CancellationToken cancellationToken = default)
    {
        Intake.Names(("name", name), ("alias", alias));
        var message = new Wire.SetModelAliasRequest { Name = name, Alias = alias, Version = version };
        await calls.AskAsync(options => _service.SetModelAliasAsync(message, options), cancellationToken).ConfigureAwait(false);
    }

    public async Task RemoveAliasAsync(string name, string alias, CancellationToken cancellationToken = default)
    {
        Intake.Names(("name", name), ("alias", alias));
        var message = new Wire.RemoveModelAliasRequest { Name = name, Alias = alias };
        await calls.AskAsync(options => _service.RemoveModelAliasAsync(message, options), cancellationToken).ConfigureAwait(false);
    }

    public async Task RemoveAsync(string name, int version, CancellationToken cancellationToken = default)
    {
        Intake.Names(("name", name));
        var message = new Wire.RemoveModelRequest { Name = name, Version = version };
        await calls.AskAsync(options => _service.RemoveModelAsync(message, options), cancellationToken).ConfigureAwait(false);
    }

    public Task<Stream> OpenFileAsync(string name, string reference, string file, long offset = 0, CancellationToken cancellationToken = default)
    {
        Intake.Names(("name", name), ("reference", reference), ("file", file));
        var message = new Wire.DownloadModelFileRequest { Name = name, Reference = reference, File = file, Offset = offset };
        return DownloadStream.OpenAsync(calls, options => _service.DownloadModelFile(message, options), offset, cancellationToken);
    }
}
