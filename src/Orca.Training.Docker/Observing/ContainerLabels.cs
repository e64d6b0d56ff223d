using System.Globalization;
using Orca.Training.Jobs;
using Orca.Training.Machines;

namespace Orca.Training.Docker.Observing;

/// <summary>How a container says whose it is. Labels, not names, are what is read: a name can't be taken apart for certain.</summary>
internal static class ContainerLabels
{
    public const string Application = "orca.application";

    private const string Installation = "orca.installation";
    private const string Job = "orca.job";
    private const string Attempt = "orca.attempt";
    private const string Rank = "orca.rank";

    public static Dictionary<string, string> Of(AttemptSpec spec, int rank) => new(StringComparer.Ordinal)
    {
        [Application] = spec.Application,
        [Installation] = spec.Name.Installation.Value,
        [Job] = spec.Name.Attempt.Job.ToString(),
        [Attempt] = spec.Name.Attempt.Number.ToString(CultureInfo.InvariantCulture),
        [Rank] = rank.ToString(CultureInfo.InvariantCulture),
    };

    /// <summary>Reads them back; the engine's events mix them with attributes of its own.</summary>
    public static bool TryRead(IDictionary<string, string>? labels, out AttemptName attempt, out int rank)
    {
        attempt = default;
        rank = 0;
        if (labels is null
            || !labels.TryGetValue(Installation, out var installation)
            || !TryNumber(labels, Job, out var job)
            || !TryNumber(labels, Attempt, out var number)
            || !TryNumber(labels, Rank, out var rankNumber)
            || number > int.MaxValue
            || rankNumber > int.MaxValue)
        {
            return false;
        }

        attempt = new AttemptName(new InstallationId(installation), new AttemptId(new JobId(job), (int)number));
        rank = (int)rankNumber;
        return true;
    }

    /// <summary>The engine's filter for one application's containers.</summary>
    public static Dictionary<string, IDictionary<string, bool>> FilterOf(string application) => new(StringComparer.Ordinal)
    {
        ["label"] = new Dictionary<string, bool>(StringComparer.Ordinal) { [$"{Application}={application}"] = true },
    };

    /// <summary>The engine's filter for one container of an attempt.</summary>
    public static Dictionary<string, IDictionary<string, bool>> FilterOf(AttemptName attempt, int rank) => new(StringComparer.Ordinal)
    {
        ["label"] = new Dictionary<string, bool>(StringComparer.Ordinal)
        {
            [$"{Installation}={attempt.Installation.Value}"] = true,
            [$"{Job}={attempt.Attempt.Job}"] = true,
            [string.Create(CultureInfo.InvariantCulture, $"{Attempt}={attempt.Attempt.Number}")] = true,
            [string.Create(CultureInfo.InvariantCulture, $"{Rank}={rank}")] = true,
        },
    };

    private static bool TryNumber(IDictionary<string, string> labels, string name, out long number)
    {
        number = 0;
        return labels.TryGetValue(name, out var text) && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }
}
