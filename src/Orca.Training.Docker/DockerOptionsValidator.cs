using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;

namespace Orca.Training.Docker;

/// <summary>Says at start which setting of which machine is wrong, by its full path, what was found and what would be right.</summary>
internal sealed class DockerOptionsValidator : IValidateOptions<DockerOptions>
{
    private static readonly string[] Schemes = ["unix", "npipe", "tcp", "http", "https"];

    // A day: a longer limit is surely a mistake in the unit, and timers end at 49 days.
    private static readonly TimeSpan LongestCall = TimeSpan.FromDays(1);

    public ValidateOptionsResult Validate(string? name, DockerOptions options)
    {
        var failures = new List<string>();

        void Check(bool isRight, string setting, object? value, string remedy)
        {
            if (!isRight)
            {
                var shown = Convert.ToString(value, CultureInfo.InvariantCulture);
                failures.Add($"OrcaTraining:Machines:{name}:{setting} is '{shown}': {remedy}");
            }
        }

        var endpoint = options.Endpoint;
        Check(
            endpoint is null || (endpoint.IsAbsoluteUri && Schemes.Contains(endpoint.Scheme)),
            nameof(options.Endpoint),
            endpoint,
            "use unix:///path, npipe://./pipe/name or tcp://host:port, or leave it out for DOCKER_HOST and the platform's default.");
        CheckTls(options, Check);
        Check(
            options.Delivery is null || Enum.IsDefined(options.Delivery.Value),
            nameof(options.Delivery),
            options.Delivery,
            "use Mount or Copy, or leave it out.");
        Check(
            Enum.IsDefined(options.Pull),
            nameof(options.Pull),
            options.Pull,
            "use IfMissing, Always or Never.");
        CheckNetwork(options, Check);
        Check(
            options.User is null || IsUser(options.User),
            nameof(options.User),
            options.User,
            "use 'uid' or 'uid:gid' in numbers, such as 1000:1000; root (0) is refused.");
        Check(
            options.PidsLimit >= 1,
            nameof(options.PidsLimit),
            options.PidsLimit,
            "a training needs at least one process; 512 is the default.");
        Check(
            options.TmpfsMiB >= 1,
            nameof(options.TmpfsMiB),
            options.TmpfsMiB,
            "give /tmp at least 1 MiB; 256 is the default.");
        Check(
            options.HomeMiB >= 1,
            nameof(options.HomeMiB),
            options.HomeMiB,
            "give the home folder at least 1 MiB; 256 is the default.");
        Check(
            options.ShmMiB is null or >= 1,
            nameof(options.ShmMiB),
            options.ShmMiB,
            "give /dev/shm at least 1 MiB, or leave it out for half of the job's memory limit.");
        Check(
            options.LogFileMiB is >= 16 and <= 1 << 20,
            nameof(options.LogFileMiB),
            options.LogFileMiB,
            "give a file of a container's log 16 to 1048576 MiB; 64 is the default.");
        Check(
            options.LogFiles is >= 2 and <= 1000,
            nameof(options.LogFiles),
            options.LogFiles,
            "give a container's log 2 to 1000 files, because a single file would be emptied when it is full; 4 is the default.");
        Check(
            options.Gpus >= 0,
            nameof(options.Gpus),
            options.Gpus,
            "use the number of GPUs that the machine has, or 0.");
        Check(
            options.MaxConcurrentStarts >= 1,
            nameof(options.MaxConcurrentStarts),
            options.MaxConcurrentStarts,
            "at least one container must be started at a time; 4 is the default.");
        Check(
            options.CallTimeout > TimeSpan.Zero && options.CallTimeout <= LongestCall,
            nameof(options.CallTimeout),
            options.CallTimeout,
            "use a time between 0 and a day; 30 s is the default.");

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    /// <summary>
    /// Names of networks hold letters, digits, dots, dashes and underscores; whatever else an engine takes, such as <c>container:…</c> or
    /// Podman's <c>ns:…</c> and <c>slirp4netns:…</c>, is the network of somebody else or a way to the host's loopback.
    /// </summary>
    private static void CheckNetwork(DockerOptions options, Action<bool, string, object?, string> check)
    {
        var network = options.Network ?? "";
        var isForeign = network.Contains(':', StringComparison.Ordinal) || network.Trim().Equals("host", StringComparison.OrdinalIgnoreCase);
        check(
            !isForeign || options.LetTrainingsIntoForeignNetworks,
            nameof(options.Network),
            network,
            "trainings could reach services on the loopback interface of that network, which on the host's network include this service. Name a network of the engine, 'bridge' or 'none'; "
                + $"set {nameof(options.LetTrainingsIntoForeignNetworks)} only if you trust every training as much as the machine itself.");
        check(
            isForeign || IsNetworkName(network),
            nameof(options.Network),
            network,
            "name a network of the engine (letters, digits, '.', '-' and '_'), or 'none'.");
    }

    private static bool IsNetworkName(string name) =>
        name.Length > 0 && char.IsAsciiLetterOrDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_');

    private static void CheckTls(DockerOptions options, Action<bool, string, object?, string> check)
    {
        if (options.Tls is not { } tls)
        {
            return;
        }

        check(
            options.Endpoint is null or { Scheme: "tcp" or "https" },
            nameof(options.Tls),
            options.Endpoint?.Scheme,
            "TLS is for tcp://host:port; leave Tls out, or set such an Endpoint.");
        check(
            tls.Certificate is null == tls.Key is null,
            $"{nameof(options.Tls)}.{nameof(tls.Key)}",
            tls.Key,
            "give Certificate and Key, or neither.");
        try
        {
            using var read = new Engine.EngineTls(tls);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or CryptographicException)
        {
            check(false, nameof(options.Tls), tls.Authority ?? tls.Certificate, $"its files must be readable PEM ({fault.Message.TrimEnd('.')}).");
        }
    }

    // Names are refused: which number they stand for is the image's to say, so they could be root.
    private static bool IsUser(string user)
    {
        var parts = user.Split(':');
        return parts.Length <= 2
            && Array.TrueForAll(parts, p => uint.TryParse(p, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            && uint.Parse(parts[0], CultureInfo.InvariantCulture) != 0;
    }
}
