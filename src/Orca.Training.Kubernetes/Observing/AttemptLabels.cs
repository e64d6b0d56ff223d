using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using k8s.Models;
using Orca.Training.Jobs;
using Orca.Training.Machines;

namespace Orca.Training.Kubernetes.Observing;

/// <summary>How a Job and its pods say whose they are. Labels, not names, are what is read: a name can't be taken apart for certain.</summary>
internal static partial class AttemptLabels
{
    private const string Application = "orca.training/application";
    private const string Installation = "orca.training/installation";
    private const string Job = "orca.training/job";
    private const string Attempt = "orca.training/attempt";

    // Kubernetes' own, on the pods of Jobs in which each pod has a number: since 1.28 a label, before that an annotation alone.
    private const string Index = "batch.kubernetes.io/job-completion-index";

    private const int LongestValue = 63;

    /// <summary>The name of an attempt's one Job.</summary>
    public static string JobOf(AttemptName attempt) => $"orca-{attempt.Installation}-{attempt.Attempt.Job}-{attempt.Attempt.Number}";

    public static Dictionary<string, string> Of(AttemptSpec spec) => new(StringComparer.Ordinal)
    {
        [Application] = ValueOf(spec.Application),
        [Installation] = ValueOf(spec.Name.Installation.Value),
        [Job] = spec.Name.Attempt.Job.ToString(),
        [Attempt] = spec.Name.Attempt.Number.ToString(CultureInfo.InvariantCulture),
    };

    /// <summary>Selects what belongs to an application.</summary>
    public static string SelectorOf(string application) => $"{Application}={ValueOf(application)}";

    /// <summary>Selects what belongs to one attempt.</summary>
    public static string SelectorOf(AttemptName attempt) =>
        string.Create(CultureInfo.InvariantCulture, $"{Installation}={ValueOf(attempt.Installation.Value)},{Job}={attempt.Attempt.Job},{Attempt}={attempt.Attempt.Number}");

    /// <summary>Reads whose an object is.</summary>
    public static bool TryRead(V1ObjectMeta metadata, out AttemptName attempt)
    {
        attempt = default;
        var labels = metadata.Labels;
        if (labels is null
            || !labels.TryGetValue(Installation, out var installation)
            || !TryNumber(labels, Job, out var job)
            || !TryNumber(labels, Attempt, out var number)
            || number > int.MaxValue)
        {
            return false;
        }

        attempt = new AttemptName(new InstallationId(installation), new AttemptId(new JobId(job), (int)number));
        return true;
    }

    /// <summary>A pod's rank: the number that its Job gave it, and 0 where there is but one.</summary>
    public static int RankOf(V1ObjectMeta metadata) =>
        (metadata.Labels?.TryGetValue(Index, out var text) == true || metadata.Annotations?.TryGetValue(Index, out text) == true)
        && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var rank)
            ? rank
            : 0;

    /// <summary>
    /// What stands for a text in a label, whose values are short and plain: the text itself where that is allowed, else as much of it as
    /// is, with a hash, so that two texts never have the same.
    /// </summary>
    internal static string ValueOf(string text)
    {
        if (text.Length <= LongestValue && PlainValue().IsMatch(text))
        {
            return text;
        }

        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16];
        var plain = OtherCharacters().Replace(text, "-").Trim('-', '_', '.');
        return plain.Length == 0 ? hash : $"{plain[..Math.Min(plain.Length, LongestValue - hash.Length - 1)]}-{hash}";
    }

    private static bool TryNumber(IDictionary<string, string> labels, string name, out long number)
    {
        number = 0;
        return labels.TryGetValue(name, out var text) && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }

    [GeneratedRegex("^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$")]
    private static partial Regex PlainValue();

    [GeneratedRegex("[^-A-Za-z0-9_.]+")]
    private static partial Regex OtherCharacters();
}
