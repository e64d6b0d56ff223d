namespace Orca.Training.Docker.Delivery;

/// <summary>Where the host process runs, as far as it decides how folders reach containers.</summary>
internal static class HostPlace
{
    /// <summary>What container runtimes leave in a container to be known by, and what .NET's own images set.</summary>
    private static readonly string[] Marks = ["/.dockerenv", "/run/.containerenv"];

    /// <summary>Whether this process runs in a container, whose folders an engine outside does not see under their paths.</summary>
    public static bool IsContainer() =>
        Array.Exists(Marks, File.Exists)
        || Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_HOST") is { Length: > 0 }
        || Environment.GetEnvironmentVariable("DOTNET_RUNNING_IN_CONTAINER") is "true" or "1";

    /// <summary>
    /// What is right when nothing is set: an engine behind a socket of this machine mounts this machine's folders, any other may not
    /// even have them.
    /// </summary>
    public static FolderDelivery DeliveryFor(Uri endpoint, bool isContainer) =>
        endpoint.Scheme == "unix" && !isContainer ? FolderDelivery.Mount : FolderDelivery.Copy;
}
