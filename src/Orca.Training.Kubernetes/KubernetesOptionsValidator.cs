using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;

namespace Orca.Training.Kubernetes;

/// <summary>Says at start which setting of which machine is wrong, by its full path, what was found and what would be right.</summary>
internal sealed partial class KubernetesOptionsValidator : IValidateOptions<KubernetesOptions>
{
    // A day: a longer limit is surely a mistake in the unit, and timers end at 49 days.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    public ValidateOptionsResult Validate(string? name, KubernetesOptions options)
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

        void CheckTime(TimeSpan time, string setting, string remedy) => Check(time > TimeSpan.Zero && time <= Longest, setting, time, remedy);

        Check(
            options.Namespace is null || (options.Namespace.Length <= 63 && DnsLabel().IsMatch(options.Namespace)),
            nameof(options.Namespace),
            options.Namespace,
            "use up to 63 lower-case letters, digits and hyphens, or leave it out for the context's own.");
        Check(
            options.KubeConfig is null || File.Exists(options.KubeConfig),
            nameof(options.KubeConfig),
            options.KubeConfig,
            "there is no such file; name one, or leave it out for KUBECONFIG and ~/.kube/config.");
        Check(
            options.Context is null || !string.IsNullOrWhiteSpace(options.Context),
            nameof(options.Context),
            options.Context,
            "name a context of the file, or leave it out for its current one.");
        Check(
            options.User is null || PodUser.TryParse(options.User, out _),
            nameof(options.User),
            options.User,
            "use 'uid' or 'uid:gid' in numbers, such as 1000:1000; root (0) is refused.");
        Check(options.TmpfsMiB >= 1, nameof(options.TmpfsMiB), options.TmpfsMiB, "give /tmp at least 1 MiB; 256 is the default.");
        Check(options.HomeMiB >= 1, nameof(options.HomeMiB), options.HomeMiB, "give the home folder at least 1 MiB; 256 is the default.");
        Check(
            options.ShmMiB is null or >= 1,
            nameof(options.ShmMiB),
            options.ShmMiB,
            "give /dev/shm at least 1 MiB, or leave it out for half of the job's memory limit.");
        Check(
            !string.IsNullOrWhiteSpace(options.GpuResource),
            nameof(options.GpuResource),
            options.GpuResource,
            "name the nodes' resource for GPUs; nvidia.com/gpu is the default.");
        Check(Enum.IsDefined(options.Pull), nameof(options.Pull), options.Pull, "use IfMissing, Always or Never.");
        CheckTime(options.SchedulingPatience, nameof(options.SchedulingPatience), "use a time between 0 and a day; 30 s is the default.");
        CheckTime(options.CallTimeout, nameof(options.CallTimeout), "use a time between 0 and a day; 30 s is the default.");
        Check(
            options.WatchLifetime >= TimeSpan.FromSeconds(1) && options.WatchLifetime <= Longest,
            nameof(options.WatchLifetime),
            options.WatchLifetime,
            "use a time between 1 s and a day; 1 min is the default.");

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    [GeneratedRegex("^[a-z0-9]([-a-z0-9]*[a-z0-9])?$")]
    private static partial Regex DnsLabel();
}
