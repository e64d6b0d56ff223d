using System.Collections.Frozen;
using Orca.Training.Datasets;
using Orca.Training.Files;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;
using Orca.Training.Models;
using Orca.Training.Ownership;

namespace Orca.Training.Client;

/// <summary>What only stores know of a submission, and what may be otherwise a moment later: its dataset's version and the jobs that it depends on.</summary>
internal sealed class SubmissionFacts(IJobStore store, IDatasetStore datasets, IModelStore models, CallerNames? names = null)
{
    /// <summary>The version that a request trains on.</summary>
    /// <param name="request">The request.</param>
    /// <param name="found">Gets what is wrong; what is returned then is of no use.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="TrainingException">The dataset store cannot be read now.</exception>
    public async ValueTask<string> ResolveAsync(TrainingRequest request, List<FieldViolation> found, CancellationToken cancellationToken)
    {
        try
        {
            if (await datasets.ResolveAsync(request.DatasetId, request.DatasetVersion, cancellationToken) is { } version)
            {
                return version.Hash;
            }

            var isKnown = request.DatasetVersion.Length > 0
                && await datasets.ResolveAsync(request.DatasetId, "", cancellationToken) is not null;
            found.Add(isKnown
                ? new FieldViolation("train_data_version_hash", $"Dataset '{request.DatasetId}' has no version '{request.DatasetVersion}': give one that was added, or none for the newest.")
                : new FieldViolation("dataset_id", $"There is no dataset '{request.DatasetId}': add it first."));
        }
        catch (DatasetException e)
        {
            found.Add(new FieldViolation("dataset_id", e.Message));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or TimeoutException)
        {
            throw new TrainingException(TrainingError.Unavailable, $"The dataset store cannot be read now: {e.Message}", inner: e);
        }

        return "";
    }

    /// <summary>The version of a stored model that a request works on, as <c>name:version</c>; null where it works on none.</summary>
    /// <param name="request">The request.</param>
    /// <param name="found">Gets what is wrong; what is returned then is of no use.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask<string?> ResolveModelAsync(TrainingRequest request, List<FieldViolation> found, CancellationToken cancellationToken)
    {
        if (request.InputModel is not { } text)
        {
            return null;
        }

        var asked = ModelReference.Of(text);
        if (asked.Version.Length > 0 && await models.ResolveAsync(text, "", cancellationToken) is { } odd)
        {
            // Of a time when a model's name could hold a colon.
            if (await models.ResolveAsync(asked.Name, asked.Version, cancellationToken) is null)
            {
                return new ModelReference(odd.Name, ModelVersions.Text(odd.Version)).ToString();
            }

            found.Add(new FieldViolation(
                "input_model",
                $"It is ambiguous: the version or alias '{asked.Version}' of the model '{asked.Name}', and the model '{text}'. Give '{new ModelReference(text, ModelVersions.Text(odd.Version))}' for this one, or another alias of that."));
            return null;
        }

        if (await models.ResolveAsync(asked.Name, asked.Version, cancellationToken) is { } version)
        {
            return new ModelReference(version.Name, ModelVersions.Text(version.Version)).ToString();
        }

        var isKnown = asked.Version.Length > 0 && await models.ResolveAsync(asked.Name, "", cancellationToken) is not null;
        found.Add(new FieldViolation("input_model", isKnown
            ? $"The model '{asked.Name}' has no version or alias '{asked.Version}': give one that it has, or its name alone for the newest."
            : $"There is no model '{asked.Name}': give the name under which a training has stored one (output_model_name)."));
        return null;
    }

    /// <summary>Makes sure that the caller may publish a model under a name. Last of all: the name may become its team's by it.</summary>
    /// <param name="model">The name.</param>
    /// <param name="mayClaim">Whether it may become the team's now; otherwise it stays whose it is.</param>
    /// <param name="found">Gets what is wrong.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask ClaimModelAsync(string model, bool mayClaim, List<FieldViolation> found, CancellationToken cancellationToken)
    {
        if (names is not null && !await names.ClaimAsync(
            NameKind.Model, model, async token => !mayClaim || await models.ResolveAsync(model, "", token) is not null, cancellationToken))
        {
            found.Add(new FieldViolation("output_model_name", $"The model {PlainName.Quoted(model)} belongs to others: give another name."));
        }
    }

    /// <summary>
    /// Those of the jobs that requests depend on which there are not. How far the others are is not asked: one that has failed already fails what
    /// depends on it in the same way as one that fails a moment later.
    /// </summary>
    public async ValueTask<IReadOnlySet<JobId>> MissingAsync(IEnumerable<TrainingRequest> requests, CancellationToken cancellationToken)
    {
        JobId[] asked = [.. requests.SelectMany(r => r.DependsOn).Distinct()];
        if (asked.Length == 0)
        {
            return FrozenSet<JobId>.Empty;
        }

        var readings = await ManyReadings.ReadAsync(store, asked, cancellationToken);
        return readings.Where(r => r.Reading is null).Select(r => r.Id).ToHashSet();
    }
}
