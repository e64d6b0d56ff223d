using System.Net;
using Docker.DotNet;
using Docker.DotNet.Models;
using Microsoft.Extensions.Logging;
using Orca.Training.Docker.Engine;
using Orca.Training.Jobs;
using static System.FormattableString;

namespace Orca.Training.Docker.Images;

/// <summary>One pull of one image.</summary>
internal sealed class ImagePuller(EngineConnection engine, EngineCalls calls, string machine, TimeProvider time, ILogger log)
{
    // The engine reports several times a second while it loads or unpacks, and is silent while it checks a large layer.
    private static readonly TimeSpan LongestSilence = TimeSpan.FromMinutes(2);

    private static readonly string[] Missing =
        ["not found", "manifest unknown", "does not exist", "pull access denied", "no matching manifest"];

    /// <summary>Pulls.</summary>
    /// <param name="image">As the job names it.</param>
    /// <param name="report">Told how far it is, 0 to 1.</param>
    /// <param name="cancellationToken">Gives the pull up; the engine then gives it up too.</param>
    /// <returns>Null when it is there, otherwise why not.</returns>
    public async Task<Outcome?> PullAsync(string image, Action<double> report, CancellationToken cancellationToken)
    {
        log.Pulling(machine, image);
        var began = time.GetTimestamp();
        var outcome = await TryAsync(image, report, cancellationToken);
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

    private async Task<Outcome?> TryAsync(string image, Action<double> report, CancellationToken cancellationToken)
    {
        using var silence = new CancellationTokenSource(LongestSilence, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, silence.Token);
        var messages = new Messages(report, () => silence.CancelAfter(LongestSilence));
        try
        {
            await engine.Client.Images.CreateImageAsync(
                new ImagesCreateParameters { FromImage = ImageName.WithTag(image) }, authConfig: null, messages, either.Token);
            return messages.Error is { } error ? Failure(image, error, isMissing: false) : null;
        }
        catch (DockerApiException refusal) when (refusal.StatusCode == HttpStatusCode.BadRequest)
        {
            return new Outcome(OutcomeCode.InvalidSpec, $"'{image}' is not the name of an image ({EngineWords.Of(refusal)}).");
        }
        catch (DockerApiException refusal)
        {
            // 500 here means that the registry, not the engine, could not be reached or did not answer well.
            return Failure(image, EngineWords.Of(refusal), refusal.StatusCode == HttpStatusCode.NotFound);
        }
        catch (Exception exception) when (EngineCalls.IsSilence(exception))
        {
            cancellationToken.ThrowIfCancellationRequested();
            return silence.IsCancellationRequested
                ? Failure(image, Invariant($"nothing happened for {LongestSilence.TotalMinutes:0} minutes"), isMissing: false)
                : throw calls.Unavailable($"pulling image '{image}'", exception);
        }
    }

    private static Outcome Failure(string image, string words, bool isMissing) =>
        isMissing || Missing.Any(w => words.Contains(w, StringComparison.OrdinalIgnoreCase))
            ? new Outcome(
                OutcomeCode.ImageNotFound,
                $"The image '{image}' is neither on the machine nor in its registry, or the registry does not show it to everybody ({words}). Check the name and tag.")
            : new Outcome(
                OutcomeCode.ImagePullFailed,
                $"The image '{image}' is not on the machine and could not be pulled ({words}). Check that the machine reaches the registry.");

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
