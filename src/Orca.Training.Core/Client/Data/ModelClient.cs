using Orca.Training.Files;
using Orca.Training.Models;

namespace Orca.Training.Client;

/// <summary>The client of models within the host's own process.</summary>
internal sealed class ModelClient(DataStores stores, ClientErrors errors) : IModelClient
{
    public Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken = default) =>
        errors.AskAsync(nameof(ListAsync), async () => await stores.Models.ListAsync(cancellationToken), cancellationToken);

    public Task<IReadOnlyList<ModelVersion>> ListVersionsAsync(string name, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        return errors.AskAsync(nameof(ListVersionsAsync), async () => await stores.Models.ListVersionsAsync(name, cancellationToken), cancellationToken);
    }

    public Task<ModelVersion> GetAsync(string name, string reference = "", CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(reference);
        return errors.AskAsync(nameof(GetAsync), async () => await FindAsync(name, reference, cancellationToken), cancellationToken);
    }

    public Task SetAliasAsync(string name, string alias, int version, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(alias);
        return errors.AskAsync(nameof(SetAliasAsync), async () =>
        {
            if (ModelVersions.ProblemOfAlias(alias) is { } problem)
            {
                throw TrainingException.Invalid("alias", problem);
            }

            return await stores.Models.SetAliasAsync(name, alias, version, cancellationToken) ? true : throw NotFound(name, ModelVersions.Text(version));
        }, cancellationToken);
    }

    public Task RemoveAliasAsync(string name, string alias, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(alias);
        return errors.AskAsync(nameof(RemoveAliasAsync), async () =>
        {
            await stores.Models.RemoveAliasAsync(name, alias, cancellationToken);
            return true;
        }, cancellationToken);
    }

    public Task RemoveAsync(string name, int version, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        return errors.AskAsync(nameof(RemoveAsync), async () =>
            await stores.Models.RemoveAsync(name, version, cancellationToken) ? true : throw NotFound(name, ModelVersions.Text(version)), cancellationToken);
    }

    public Task<Stream> OpenFileAsync(string name, string reference, string file, long offset = 0, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(reference);
        ArgumentNullException.ThrowIfNull(file);
        return errors.AskAsync(nameof(OpenFileAsync), async () =>
        {
            var version = await FindAsync(name, reference, cancellationToken);
            var found = version.Files.FirstOrDefault(f => f.Name == file)
                ?? throw new TrainingException(TrainingError.NotFound, $"Version {ModelVersions.Text(version.Version)} of the model '{name}' has no file {PlainName.Quoted(file)}.");
            return await RunClient.OpenAsync(stores.Artifacts, found, offset, errors, cancellationToken);
        }, cancellationToken);
    }

    private static TrainingException NotFound(string name, string reference) => new(
        TrainingError.NotFound,
        reference.Length == 0 ? $"There is no model {PlainName.Quoted(name)}." : $"The model {PlainName.Quoted(name)} has no version or alias {PlainName.Quoted(reference)}.");

    private async ValueTask<ModelVersion> FindAsync(string name, string reference, CancellationToken cancellationToken) =>
        await stores.Models.ResolveAsync(name, reference, cancellationToken) ?? throw NotFound(name, reference);
}
