using System.Globalization;
using Orca.Training.Jobs;

namespace Orca.Training.Testing.Simulation;

/// <summary>What callers ask for, and what the trainings then do: both drawn at random.</summary>
internal sealed class Workload(Random random)
{
    private readonly Dictionary<JobId, SimulatedTraining> _trainings = [];
    private int _keys;
    private (JobCommand.Submit Submit, JobId Job)? _keyed;

    /// <summary>An algorithm about whose jobs steps fail as long as they wait.</summary>
    public const string Poison = "poison";

    /// <summary>How many jobs there are.</summary>
    public int Count => _trainings.Count;

    public SimulatedTraining TrainingOf(JobId job) => _trainings[job];

    /// <summary>One submission, or several that come together.</summary>
    public IReadOnlyList<JobCommand.Submit> Next(DateTimeOffset now, IReadOnlyList<JobId> jobs) =>
        random.Next(8) == 0 ? [.. Enumerable.Range(0, random.Next(2, 4)).Select(_ => Submit(now, jobs))] : [Submit(now, jobs)];

    /// <summary>The same submission under a new key, to be made now and perhaps again.</summary>
    public JobCommand.Submit WithKey(JobCommand.Submit submit) =>
        submit with { Request = submit.Request with { IdempotencyKey = string.Create(CultureInfo.InvariantCulture, $"key {++_keys}") } };

    /// <summary>A submission that was made, with the job that it got: its caller did not hear of it.</summary>
    public (JobCommand.Submit Submit, JobId Job)? Repeated() => _keyed;

    /// <summary>New jobs are on record: what they do is settled now.</summary>
    public void Accepted(JobCommand.Submit submit, Job job)
    {
        if (submit.Request.IdempotencyKey is not null)
        {
            _keyed = (submit, job.Id);
        }

        _trainings[job.Id] = random.Next(12) switch
        {
            0 => new SimulatedTraining(3),
            1 => new SimulatedTraining(137, IsOutOfMemory: true),
            2 => new SimulatedTraining(0, Deferrals: random.Next(1, 4)),
            3 => new SimulatedTraining(0, CannotStart: true),
            4 or 5 => new SimulatedTraining(random.Next(4) == 0 ? 3 : 0, Failures: random.Next(1, 4)),
            6 when job.Request.Timeouts?.Running is not null => new SimulatedTraining(0, Hangs: true),
            _ => new SimulatedTraining(0),
        };
    }

    private JobCommand.Submit Submit(DateTimeOffset now, IReadOnlyList<JobId> jobs)
    {
        var request = new TrainingRequest { Algorithm = random.Next(25) == 0 ? Poison : "a", DatasetId = "d", DatasetVersion = "v" };
        return new JobCommand.Submit(
            random.Next(10) switch
            {
                0 => request with { IsHeld = true },
                1 or 2 when jobs.Count > 0 => request with { DependsOn = [.. Enumerable.Range(0, random.Next(1, 3)).Select(_ => jobs[random.Next(jobs.Count)]).Distinct()] },
                3 or 4 => request with { Retries = new RetryPolicy { MaxRetries = random.Next(1, 4), On = random.Next(3) == 0 ? [OutcomeCode.OutOfMemory] : [] } },
                5 => request with
                {
                    Timeouts = new TrainingTimeouts
                    {
                        Queued = random.Next(2) == 0 ? TimeSpan.FromSeconds(random.Next(5, 600)) : null,
                        Running = TimeSpan.FromSeconds(random.Next(5, 600)),
                    },
                },
                _ => request,
            },
            User: null,
            now);
    }
}
