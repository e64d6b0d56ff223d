using Orca.Training.Jobs;
using Orca.Training.Models;
using Orca.Training.Ownership;

namespace Orca.Training.Client;

/// <summary>A view of the models that a caller sees. Changes that the caller may not make are refused.</summary>
internal sealed class ScopedModels(IModelStore all, CallerNames names) : IModelStore
{
    public bool IsShared => all.IsShared;

    public ValueTask<int> ReserveAsync(string name, JobId job, CancellationToken cancellationToken) =>
        throw new InvalidOperationException("Only the tracker may call this.");

    public async ValueTask<ModelVersion?> ResolveAsync(string name, string reference, CancellationToken cancellationToken) =>
        await SeesAsync(name, cancellationToken) ? await all.ResolveAsync(name, reference, cancellationToken) : null;

    public async ValueTask<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken) =>
        await names.SeenAsync(NameKind.Model, await all.ListAsync(cancellationToken), cancellationToken);

    public async ValueTask<IReadOnlyList<ModelVersion>> ListVersionsAsync(string name, CancellationToken cancellationToken) =>
        await SeesAsync(name, cancellationToken) ? await all.ListVersionsAsync(name, cancellationToken) : [];

    public async ValueTask<bool> SetAliasAsync(string name, string alias, int version, CancellationToken cancellationToken) =>
        await MayAsync(name, "move aliases of", cancellationToken) && await all.SetAliasAsync(name, alias, version, cancellationToken);

    public async ValueTask RemoveAliasAsync(string name, string alias, CancellationToken cancellationToken)
    {
        if (await MayAsync(name, "remove aliases of", cancellationToken))
        {
            await all.RemoveAliasAsync(name, alias, cancellationToken);
        }
    }

    public async ValueTask<bool> RemoveAsync(string name, int version, CancellationToken cancellationToken) =>
        await MayAsync(name, "delete versions of", cancellationToken) && await all.RemoveAsync(name, version, cancellationToken);

    private ValueTask<bool> SeesAsync(string name, CancellationToken cancellationToken) => names.SeesAsync(NameKind.Model, name, cancellationToken);

    /// <returns>False if the caller sees no such model.</returns>
    private async ValueTask<bool> MayAsync(string name, string words, CancellationToken cancellationToken)
    {
        var owner = await names.OwnerOfAsync(NameKind.Model, name, cancellationToken);
        return names.Rights.SeesName(owner)
            && (names.Rights.Rules(owner)
                || (await all.ResolveAsync(name, "", cancellationToken) is null ? false : throw Refusals.NotYours(names.Rights, "model", name, owner, words)));
    }
}
