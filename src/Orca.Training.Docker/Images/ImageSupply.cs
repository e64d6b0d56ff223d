using Orca.Training.Jobs;
using Orca.Training.Machines;
using Orca.Training.Text;

namespace Orca.Training.Docker.Images;

/// <summary>What a pull is of: who may see an image is part of it, so that nobody shares the pull, or the refusal, of somebody else.</summary>
/// <param name="Image">As the job names it.</param>
/// <param name="Credentials">For its registry; null where it is open to everybody.</param>
internal readonly record struct ImagePull(string Image, RegistryCredentials? Credentials);

/// <summary>Says when an attempt's image is pulled, and pulls it with the credentials that are right at that moment.</summary>
internal sealed class ImageSupply(ImagePulls pulls, ImagePullPolicy machineDefault)
{
    public ImagePullPolicy PolicyFor(AttemptSpec spec) => spec.Pull ?? machineDefault;

    /// <summary>Null when the image is there.</summary>
    public async Task<Outcome?> PullAsync(AttemptSpec spec, IProgress<LaunchPhase> phases, CancellationToken cancellationToken)
    {
        RegistryCredentials? credentials = null;
        if (spec.Registry is { } registry)
        {
            try
            {
                credentials = await registry(cancellationToken);
            }
#pragma warning disable CA1031 // Users' code: what it throws is this attempt's end and nobody else's.
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                return new Outcome(
                    OutcomeCode.ImagePullFailed, $"The credentials for the registry of image '{spec.Image}' could not be obtained: {HostPaths.Without(exception.Message)}");
            }
        }

        return await pulls.PullAsync(new ImagePull(spec.Image, credentials), phases, cancellationToken);
    }

    /// <summary>What an attempt ends with whose image is missing and must not be pulled.</summary>
    public static Outcome NeverPulled(AttemptSpec spec) => new(
        OutcomeCode.ImageNotFound,
        $"The image '{spec.Image}' is not on the machine and is never pulled, as {(spec.Pull is null ? "DockerOptions.Pull" : "its algorithm's Pull")} says. Load it there, or check the name.");
}
