using Orca.Training.Jobs;
using Orca.Training.Models;
using Orca.Training.Runs;

namespace Orca.Training.Client;

/// <summary>
/// Makes answers fit into a message, whatever a training left: gRPC's clients take 4 MiB unless they say more, and one answer that does
/// not fit would
/// fail the list that it is in for everybody. What is left out is named. Pure.
/// </summary>
internal static class Fitting
{
    /// <summary>What an answer, or all of a page, may be.</summary>
    public const int MostOfAMessage = 3 << 20;

    /// <summary>What one item of a list may be, so that a page has room for several.</summary>
    public const int MostOfAnItem = 256 * 1024;

    private const string Artifacts = "artifacts";
    private const string Files = "files";
    private const string Attempts = "attempts";
    private const string Metrics = "metrics";

    /// <summary>The status with what fits.</summary>
    public static TrainingStatus Fit(TrainingStatus status, int most)
    {
        var rest = AnswerSize.Of(status.Request) + AnswerSize.OfText(status) + AnswerSize.Of(status.Outcome);
        if (Parts.Of(status.Attempts, status.Progress.Metrics, status.Artifacts, most - rest) is not { } parts)
        {
            return status;
        }

        return status with
        {
            Attempts = parts.Attempts,
            Progress = parts.Metrics == status.Progress.Metrics ? status.Progress : status.Progress with { Metrics = parts.Metrics },
            Artifacts = parts.Artifacts,
            LeftOut = parts.LeftOut(status.LeftOut),
        };
    }

    /// <summary>The run with what fits.</summary>
    public static Run Fit(Run run, int most)
    {
        var rest = AnswerSize.Of(run.Request) + AnswerSize.Of(run.User) + AnswerSize.Of(run.Team) + AnswerSize.Of(run.Execution) + AnswerSize.Of(run.Outcome);
        return Parts.Of(run.Attempts, run.Metrics, run.Artifacts, most - rest) is not { } parts ? run
            : run with
            {
                Attempts = parts.Attempts,
                Metrics = parts.Metrics,
                Artifacts = parts.Artifacts,
                LeftOut = parts.LeftOut(run.LeftOut),
            };
    }

    /// <summary>The version with what fits.</summary>
    public static ModelVersion Fit(ModelVersion version, int most)
    {
        var rest = AnswerSize.Of(version.Name) + version.Aliases.Sum(AnswerSize.OfMetric);
        var fits = CountOf(version.Files, AnswerSize.Of, most - rest);
        return fits == version.Files.Count ? version : version with { Files = [.. version.Files.Take(fits)], LeftOut = [Files] };
    }

    /// <summary>How many of some items fit, from the first on.</summary>
    private static int CountOf<T>(IReadOnlyList<T> items, Func<T, int> size, long room)
    {
        for (var i = 0; i < items.Count; i++)
        {
            room -= size(items[i]);
            if (room < 0)
            {
                return i;
            }
        }

        return items.Count;
    }

    private sealed record Parts(
        IReadOnlyList<Attempt> Attempts, IReadOnlyDictionary<string, double> Metrics, IReadOnlyList<Artifact> Artifacts, IReadOnlyList<string> Names)
    {
        /// <summary>What fits, the newest attempts first, then metrics, then artifacts; null if all of it does.</summary>
        public static Parts? Of(
            IReadOnlyList<Attempt> attempts, IReadOnlyDictionary<string, double> metrics, IReadOnlyList<Artifact> artifacts, long room)
        {
            var (ofAttempts, ofMetrics) = (attempts.Sum(AnswerSize.Of), metrics.Keys.Sum(AnswerSize.OfMetric));
            if (ofAttempts + ofMetrics <= room && CountOf(artifacts, AnswerSize.Of, room - ofAttempts - ofMetrics) == artifacts.Count)
            {
                return null;
            }

            var names = new List<string>();
            if (ofAttempts > room)
            {
                names.Add(Fitting.Attempts);
                var newest = attempts.Reverse().ToList();
                attempts = [.. newest.Take(CountOf(newest, AnswerSize.Of, room)).Reverse()];
                ofAttempts = attempts.Sum(AnswerSize.Of);
            }

            room -= ofAttempts;
            if (ofMetrics > room)
            {
                names.Add(Fitting.Metrics);
                var inOrder = metrics.OrderBy(m => m.Key, StringComparer.Ordinal).ToList();
                metrics = inOrder.Take(CountOf(inOrder, m => AnswerSize.OfMetric(m.Key), room)).ToDictionary(StringComparer.Ordinal);
                ofMetrics = metrics.Keys.Sum(AnswerSize.OfMetric);
            }

            var fits = CountOf(artifacts, AnswerSize.Of, room - ofMetrics);
            if (fits < artifacts.Count)
            {
                names.Add(Fitting.Artifacts);
                artifacts = [.. artifacts.Take(fits)];
            }

            return new Parts(attempts, metrics, artifacts, names);
        }

        /// <summary>What is left out now or was before, each once.</summary>
        public IReadOnlyList<string> LeftOut(IReadOnlyList<string> before) => [.. Names.Union(before).Order(StringComparer.Ordinal)];
    }
}
