using Orca.Training.Jobs;
using static System.FormattableString;

namespace Orca.Training.Client;

/// <summary>What a request may say of the trainings that it waits for; whether there are such, only a store can say.</summary>
internal static class DependencyRule
{
    public static void Check(IReadOnlyList<JobId> dependsOn, int most, List<FieldViolation> found)
    {
        if (dependsOn.Count > most)
        {
            found.Add(new FieldViolation("depends_on", Invariant($"There are {dependsOn.Count}: give at most {most}.")));
            return;
        }

        if (dependsOn.Count == 0)
        {
            return;
        }

        var seen = new HashSet<JobId>();
        for (var i = 0; i < dependsOn.Count; i++)
        {
            if (dependsOn[i].Value < 1)
            {
                found.Add(new FieldViolation(Field(i), Invariant($"{dependsOn[i]} is not a job id: ids count from 1.")));
            }
            else if (!seen.Add(dependsOn[i]))
            {
                found.Add(new FieldViolation(Field(i), Invariant($"Job {dependsOn[i]} is named twice: leave one out.")));
            }
        }
    }

    /// <summary>What is said of jobs that there are not.</summary>
    public static void CheckMissing(IReadOnlyList<JobId> dependsOn, IReadOnlySet<JobId> missing, List<FieldViolation> found)
    {
        for (var i = 0; missing.Count > 0 && i < dependsOn.Count; i++)
        {
            if (missing.Contains(dependsOn[i]))
            {
                found.Add(new FieldViolation(Field(i), Invariant($"There is no job {dependsOn[i]}, or it is no longer kept: give a job that is kept, or leave it out if it has succeeded.")));
            }
        }
    }

    private static string Field(int place) => Invariant($"depends_on[{place}]");
}
