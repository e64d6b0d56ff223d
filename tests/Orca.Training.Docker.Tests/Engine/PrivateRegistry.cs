using Docker.DotNet.Models;

namespace Orca.Training.Docker.Tests.Engine;

/// <summary>A real registry that asks for a password, with images that are nowhere else.</summary>
public sealed class PrivateRegistry(DockerEngine engine) : IAsyncLifetime
{
    public const string User = "robot";
    public const string Password = "s3cret-of-the-registry";

    private static int _made;

    private readonly string _name = $"t{Environment.ProcessId}-{Interlocked.Increment(ref _made)}";

    /// <summary>Host and port, as image names begin.</summary>
    public string Address { get; private set; } = "";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        engine.Require();
        Address = await Repository.RunScriptAsync("test-registry.sh", ["up", _name, User, Password], engine: null, Token);
    }

    /// <summary>Makes an image, pushes it under a name of this registry, and leaves the engine without it.</summary>
    /// <param name="name">Its name and tag, without the registry.</param>
    /// <param name="says">What its command prints.</param>
    /// <param name="layerMiB">The size of the layer that it has beside the test image's.</param>
    /// <returns>Its digest in the registry.</returns>
    public async Task<string> PushNewAsync(string name, string says, int layerMiB = 0)
    {
        var image = $"{Address}/{name}";
        var colon = image.LastIndexOf(':');
        var made = await engine.Client.Containers.CreateContainerAsync(
            new CreateContainerParameters { Image = DockerEngine.Image, Cmd = ["dd", "if=/dev/urandom", "of=/layer", "bs=1M", $"count={layerMiB}"], HostConfig = new HostConfig { NetworkMode = "none" } }, Token);
        await engine.Client.Containers.StartContainerAsync(made.ID, new ContainerStartParameters(), Token);
        await engine.Client.Containers.WaitContainerAsync(made.ID, Token);
        await engine.Client.Images.CommitContainerChangesAsync(
            new CommitContainerChangesParameters { ContainerID = made.ID, RepositoryName = image[..colon], Tag = image[(colon + 1)..], Changes = [$"CMD [\"echo\", \"{says}\"]"] }, Token);
        await engine.Client.Containers.RemoveContainerAsync(made.ID, new ContainerRemoveParameters(), Token);

        var digest = "";
        await engine.Client.Images.PushImageAsync(
            image,
            new ImagePushParameters(),
            new AuthConfig { Username = User, Password = Password, ServerAddress = Address },
            new Sink(m => digest = m.Status?.Split("digest: ") is [_, var end] ? end.Split(' ')[0] : m.Error is null ? digest : throw new InvalidOperationException(m.Error.Message)),
            Token);
        await ForgetAsync(image);
        return digest;
    }

    /// <summary>Leaves the engine without an image.</summary>
    public async Task ForgetAsync(string image) =>
        await engine.Client.Images.DeleteImageAsync(image, new ImageDeleteParameters { Force = true }, Token);

    public async ValueTask DisposeAsync()
    {
        try
        {
            foreach (var image in await engine.Client.Images.ListImagesAsync(new ImagesListParameters(), CancellationToken.None))
            {
                if ((image.RepoTags ?? []).Concat(image.RepoDigests ?? []).Any(n => n.StartsWith(Address, StringComparison.Ordinal)))
                {
                    await engine.Client.Images.DeleteImageAsync(image.ID, new ImageDeleteParameters { Force = true }, CancellationToken.None);
                }
            }
        }
        finally
        {
            await Repository.RunScriptAsync("test-registry.sh", ["down", _name], engine: null, CancellationToken.None);
        }
    }

    private sealed class Sink(Action<JSONMessage> take) : IProgress<JSONMessage>
    {
        public void Report(JSONMessage value) => take(value);
    }
}
