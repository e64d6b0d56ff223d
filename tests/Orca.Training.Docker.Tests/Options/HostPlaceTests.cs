using Orca.Training.Docker.Delivery;

namespace Orca.Training.Docker.Tests.Options;

public sealed class HostPlaceTests
{
    private static readonly string[] Mounts =
    [
        "612 503 0:61 / / rw,relatime master:1 - overlay overlay rw,lowerdir=/a",
        "613 612 0:64 / /proc rw,nosuid - proc proc rw",
        "620 612 0:23 /docker.sock /run/docker.sock rw,nosuid - tmpfs tmpfs rw,size=1k",
        @"621 612 0:23 /my.sock /run/my\040engine.sock rw - tmpfs tmpfs rw",
    ];

    [Theory]
    [InlineData("/run/docker.sock", true)]
    [InlineData("/run/my engine.sock", true)]
    [InlineData("/run/other.sock", false)]
    [InlineData("/run", false)]
    public void A_socket_that_is_mounted_is_an_engine_outside(string socket, bool isOutside) =>
        Assert.Equal(isOutside, HostPlace.IsMounted(socket, Mounts));

    [Theory]
    [InlineData("unix:///run/orca-no-such.sock", FolderDelivery.Mount)]
    [InlineData("unix:///run/user/1000/docker.sock", FolderDelivery.Copy)]
    [InlineData("unix:///run/user/1000/podman/podman.sock", FolderDelivery.Copy)]
    [InlineData("tcp://127.0.0.1:2375", FolderDelivery.Copy)]
    [InlineData("npipe://./pipe/docker_engine", FolderDelivery.Copy)]
    public void Folders_are_mounted_where_the_engine_shares_them_and_copied_elsewhere(string endpoint, FolderDelivery delivery) =>
        Assert.Equal(delivery, HostPlace.DeliveryFor(new Uri(endpoint)));
}
