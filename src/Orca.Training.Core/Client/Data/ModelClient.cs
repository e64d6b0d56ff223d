using Orca.Training.Files;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;
using Orca.Training.Models;
using Orca.Training.Ownership;
using static System.FormattableString;

namespace Orca.Training.Client;

/// <summary>The client of models within the host's own process.</summary>
/// <param name="stores">What the caller sees.</param>
/// <param name="jobs">All jobs: whether one is still kept is nothing that a caller is told.</param>
/// <param name="guard">What lies around each call.</param>
/// <param name="names">Says whose a model is; null for the application, which need not ask.</param>
internal sealed class ModelClient(DataStores stores, IJobStore jobs, CallGuard guard, CallerNames? names = null) : IModelClient
{
    public Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken = default) =>
        guard.AskAsync(Operations.ListModels, async () => await stores.Models.ListAsync(cancellationToken), cancellationToken);

    public Task<IReadOnlyList<ModelVersion>> ListVersionsAsync(string name, CancellationToken cancellationToken = default)
    {
        Intake.Names(("name", name));
        return guard.AskAsync<IReadOnlyList<ModelVersion>>(Operations.ListModelVersions,
            async () => [.. (await stores.Models.ListVersionsAsync(name, cancellationToken)).Select(v => Fitting.Fit(v, Fitting.MostOfAnItem))],
            cancellationToken);
    }

    public Task<ModelVersion> GetAsync(string name, string reference = "", CancellationToken cancellationToken = default)
    {
        Intake.Names(("name", name), ("reference", reference));
        return guard.AskAsync(Operations.GetModel, async () => Fitting.Fit(await FindAsync(name, reference, cancellationToken), Fitting.MostOfAMessage), cancellationToken);
    }

    public Task<IReadOnlyList<Artifact>> ListFilesAsync(string name, string reference = "", CancellationToken cancellationToken = default)
    {
        Intake.Names(("name", name), ("reference", reference));
        return guard.AskAsync(Operations.ListModelFiles, async () => (await FindAsync(name, reference, cancellationToken)).Files, cancellationToken);
    }

    public Task SetAliasAsync(string name, string alias, int version, CancellationToken cancellationToken = default)
    {
        Intake.Names(("name", name), ("alias", alias));
        return guard.AskAsync(Operations.SetAlias, async () =>
        {
            if (ModelVersions.ProblemOfAlias(alias) is { } problem)
            {
                throw TrainingException.Invalid("alias", problem);
            }

            if (await FindAsync(name, ModelVersions.Text(version), cancellationToken) is { Aliases.Count: >= CallLimits.MaxAliases } full && !full.Aliases.Contains(alias))
            {
                throw TrainingException.Invalid(
                    "alias", Invariant($"Version {version} of the model {PlainName.Quoted(name)} has {full.Aliases.Count} aliases, which is the most: remove one."));
            }

            if (!await stores.Models.SetAliasAsync(name, alias, version, cancellationToken))
            {
                throw NotFound(name, ModelVersions.Text(version));
            }

            await RecordAsync(Operations.SetAlias, name, Invariant($"alias {alias} to version {version}"), cancellationToken);
            return true;
        }, cancellationToken);
    }

    public Task RemoveAliasAsync(string name, string alias, CancellationToken cancellationToken = default)
    {
        Intake.Names(("name", name), ("alias", alias));
        return guard.AskAsync(Operations.RemoveAlias, async () =>
        {
            await stores.Models.RemoveAliasAsync(name, alias, cancellationToken);
            await RecordAsync(Operations.RemoveAlias, name, $"alias {alias}", cancellationToken);
            return true;
        }, cancellationToken);
    }

    public Task RemoveAsync(string name, int version, CancellationToken cancellationToken = default)
    {
        Intake.Names(("name", name));
        return guard.AskAsync(Operations.RemoveModel, async () =>
        {
            var found = await FindAsync(name, ModelVersions.Text(version), cancellationToken);
            if (!await stores.Models.RemoveAsync(name, version, cancellationToken))
            {
                throw NotFound(name, ModelVersions.Text(version));
            }

            await RecordAsync(Operations.RemoveModel, name, Invariant($"version {version}"), cancellationToken);

            // A job that is still kept takes its files along when it goes; of one that went before, nobody else would come back to them.
            if (await jobs.ReadAsync(found.Job, cancellationToken) is null)
            {
                await stores.Artifacts.RemoveAsync(await jobs.GetInstallationAsync(cancellationToken), found.Job, exceptAttempt: null, cancellationToken);
            }

            return true;
        }, cancellationToken);
    }

    public Task<Stream> OpenFileAsync(string name, string reference, string file, long offset = 0, CancellationToken cancellationToken = default)
    {
        Intake.Names(("name", name), ("reference", reference), ("file", file));
        return guard.OpenAsync(Operations.OpenModelFile, async () =>
        {
            var version = await FindAsync(name, reference, cancellationToken);
            var found = version.Files.FirstOrDefault(f => f.Name == file)
                ?? throw new TrainingException(TrainingError.NotFound, $"Version {ModelVersions.Text(version.Version)} of the model '{name}' has no file {PlainName.Quoted(file)}.");
            return await RunClient.OpenAsync(stores.Artifacts, found, offset, guard.Errors, cancellationToken);
        }, cancellationToken);
    }

    private async ValueTask RecordAsync(Operation operation, string name, string what, CancellationToken cancellationToken)
    {
        if (names is not null)
        {
            await guard.RecordAsync(operation, $"model {name}, {what}", await names.OwnerOfAsync(NameKind.Model, name, cancellationToken));
        }
    }

    private static TrainingException NotFound(string name, string reference) => new(
        TrainingError.NotFound,
        reference.Length == 0 ? $"There is no model {PlainName.Quoted(name)}." : $"The model {PlainName.Quoted(name)} has no version or alias {PlainName.Quoted(reference)}.");

    private async ValueTask<ModelVersion> FindAsync(string name, string reference, CancellationToken cancellationToken) =>
        await stores.Models.ResolveAsync(name, reference, cancellationToken) ?? throw NotFound(name, reference);
}
