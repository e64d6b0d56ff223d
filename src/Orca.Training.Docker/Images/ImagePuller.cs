using System.Net;
using Docker.DotNet;
using Docker.DotNet.Models;
using Microsoft.Extensions.Logging;
using Orca.Training.Docker.Engine;
using Orca.Training.Jobs;
using Orca.Training.Machines;
using Orca.Training.Text;
using static System.FormattableString;

namespace Orca.Training.Docker.Images;

/// <summary>One pull of one image.</summary>
internal sealed class ImagePuller(EngineConnection engine, EngineCalls calls, string machine, TimeProvider time, ILogger log)
{
    // The engine reports several times a second while it loads or unpacks, and is silent while it checks a large layer.
    private static readonly TimeSpan LongestSilence = TimeSpan.FromMinutes(2);

    private static readonly string[] Missing =
        ["not found", "manifest unknown", "does not exist", "pull access denied"];

    private static readonly string[] Refused =
        ["unauthorized", "authentication required", "no basic auth credentials", "incorrect username or password"];

    /// <summary>Pulls.</summary>
    /// <param name="pull">Of what, and in whose name.</param>
    /// <param name="report">Told how far it is, 0 to 1.</param>
    /// <param name="cancellationToken">Gives the pull up; the engine then gives it up too.</param>
    /// <returns>Null when it is there, otherwise why not.</returns>
    public async Task<Outcome?> PullAsync(ImagePull pull, Action<double> report, CancellationToken cancellationToken)
    {
        var image = pull.Image;
        log.Pulling(machine, image);
        var began = time.GetTimestamp();
        var outcome = await TryAsync(pull, report, cancellationToken);
        if (outcome is null)
        {
            log.Pulled(machine, image, (long)time.GetElapsedTime(began).TotalMilliseconds);
        }
        else
        {
            log.PullFailed(machine, image, outcome.Message);
        }

        return outcome;
    }

    private async Task<Outcome?> TryAsync(ImagePull pull, Action<double> report, CancellationToken cancellationToken)
    {
        var image = pull.Image;
        using var silence = new CancellationTokenSource(LongestSilence, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, silence.Token);
        var messages = new Messages(report, () => silence.CancelAfter(LongestSilence));
        try
        {
            await engine.Client.Images.CreateImageAsync(
                new ImagesCreateParameters { FromImage = ImageName.WithTag(image) }, AuthOf(pull), messages, either.Token);
            return messages.Error is { } error ? Failure(pull, error, isMissing: false) : null;
        }
        catch (DockerApiException refusal) when (refusal.StatusCode == HttpStatusCode.BadRequest)
        {
            return new Outcome(OutcomeCode.InvalidSpec, $"'{image}' is not the name of an image ({EngineWords.Of(refusal)}).");
        }
        catch (DockerApiException refusal)
        {
            // 500 here means that the registry, not the engine, could not be reached or did not answer well.
            return Failure(pull, EngineWords.Of(refusal), refusal.StatusCode == HttpStatusCode.NotFound);
        }
        catch (Exception exception) when (EngineCalls.IsSilence(exception))
        {
            cancellationToken.ThrowIfCancellationRequested();
            return silence.IsCancellationRequested
                ? Failure(pull, Invariant($"there was no progress for {LongestSilence.TotalMinutes:0} minutes"), isMissing: false)
                : throw calls.Unavailable($"pulling image '{image}'", exception);
        }
    }

    private static AuthConfig? AuthOf(ImagePull pull) => pull.Credentials is not { } who ? null : new AuthConfig
    {
        ServerAddress = ImageName.RegistryOf(pull.Image),
        Username = NullIfEmpty(who.User),
        Password = NullIfEmpty(who.Password),
        IdentityToken = NullIfEmpty(who.IdentityToken),
    };

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;

    private static Outcome Failure(ImagePull pull, string words, bool isMissing)
    {
        bool Says(string[] phrases) => phrases.Any(p => words.Contains(p, StringComparison.OrdinalIgnoreCase));

        if (Says(Refused))
        {
            return new Outcome(OutcomeCode.ImagePullFailed, pull.Credentials is { } who
                ? $"The registry of image '{pull.Image}' does not accept {who} ({words}). Check the algorithm's Registry setting."
                : $"The registry of image '{pull.Image}' requires credentials ({words}). Set them in the algorithm's Registry setting.");
        }

        if (ForeignImages.AreMeantBy(words))
        {
            return new Outcome(OutcomeCode.ImageNotFound, ForeignImages.Sentence(pull.Image, words));
        }

        return isMissing || Says(Missing)
            ? new Outcome(
                OutcomeCode.ImageNotFound,
                $"The image '{pull.Image}' is neither on the machine nor in its registry, or {(pull.Credentials is null ? "anonymous users" : "this user")} cannot see it there ({words}). Check the name and tag.")
            : new Outcome(
                OutcomeCode.ImagePullFailed,
                $"The image '{pull.Image}' could not be pulled ({HostPaths.Without(words)}). Check that the machine can reach the registry.");
    }

    /// <summary>Called by the client for each message, one after the other.</summary>
    private sealed class Messages(Action<double> report, Action alive) : IProgress<JSONMessage>
    {
        private readonly PullProgress _progress = new();

        public string? Error { get; private set; }

        public void Report(JSONMessage value)
        {
            alive();
            Error ??= value.Error?.Message is { } message ? EngineWords.Shorten(message) : null;
            if (_progress.Advance(value.ID, value.Status, value.Progress?.Current, value.Progress?.Total))
            {
                report(_progress.Fraction);
            }
        }
    }
}
