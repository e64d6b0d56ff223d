using Docker.DotNet.Models;
using Orca.Training.Machines;

namespace Orca.Training.Docker.Tests.Engine;

/// <summary>What the runtime asks the engine to make.</summary>
internal static class Starting
{
    public static CreateContainerParameters ContainerSpec(AttemptSpec spec) =>
        Docker.Starting.ContainerSpec.Of(spec, 0, new DockerOptions(), FolderDelivery.Mount, HostUser.Nobody);
}
