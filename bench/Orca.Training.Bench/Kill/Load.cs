using System.Globalization;
using Orca.Training.Bench.Kill.Host;
using Orca.Training.Bench.Kill.Machine;
using Orca.Training.Client;
using Orca.Training.Jobs;

namespace Orca.Training.Bench.Kill;

/// <summary>
/// A steady load of clients on an installation, over gRPC: they submit, cancel, and look, and keep what they were told. When the host they
/// call is killed they call another, or wait for the next.
/// </summary>
internal sealed class Load(string name, TrainingMix mix, int mostOpen, Random random, Findings findings)
{
    private const int Clients = 4;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(40);

    private static readonly RetryPolicy Retries = new() { MaxRetries = 1, FirstPause = TimeSpan.FromMilliseconds(100) };

    private readonly Lock _lock = new();
    private readonly List<Submission> _submissions = [];
    private readonly List<GrpcTrainingClient> _hosts = [];

    /// <summary>All that was submitted; read when the load has ended.</summary>
    public IReadOnlyList<Submission> Submissions => _submissions;

    /// <summary>How many of them were answered.</summary>
    public int Acknowledged => _submissions.Count(s => s.Job is not null);

    public void Add(GrpcTrainingClient host)
    {
        lock (_lock)
        {
            _hosts.Add(host);
        }
    }

    public void Remove(GrpcTrainingClient host)
    {
        lock (_lock)
        {
            _hosts.Remove(host);
        }
    }

    /// <summary>Goes on until cancelled.</summary>
    public Task RunAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => Task.Run(() => CallAsync(cancellationToken), CancellationToken.None)));

    private async Task CallAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            if (PickHost() is { } host)
            {
                using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                patience.CancelAfter(Patience);
                try
                {
                    await CallAsync(host, patience.Token);
                }
                catch (TrainingException e) when (e.Error is TrainingError.Unavailable)
                {
                    // Killed, or on its way up: whether the call had an effect is not known.
                }
                catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
                {
                    // It took too long, or its host was killed and the channel to it given up: the same.
                }
            }

            await Task.Delay(Pause(), TimeProvider.System, CancellationToken.None);
        }
    }

    private async Task CallAsync(GrpcTrainingClient host, CancellationToken cancellationToken)
    {
        var (known, isFull) = PickKnown();
        if (known is not null && await LookAsync(host, known, cancellationToken) is { } state && IsToBeCancelled(state))
        {
            await CancelAsync(host, known, cancellationToken);
        }

        await SubmitAgainAsync(host, cancellationToken);
        if (!isFull)
        {
            await SubmitAsync(host, cancellationToken);
        }
    }

    private async Task SubmitAsync(GrpcTrainingClient host, CancellationToken cancellationToken)
    {
        Submission submission;
        TrainingRequest request;
        bool cancelsAtOnce;
        lock (_lock)
        {
            var (kind, length) = mix.Draw(random);
            cancelsAtOnce = random.Next(100) < 8;
            submission = new Submission(string.Create(CultureInfo.InvariantCulture, $"{name}-{_submissions.Count}"), kind, hasKey: random.Next(2) == 0);
            _submissions.Add(submission);
            submission.Request = request = new TrainingRequest
            {
                Algorithm = HostServices.Algorithm,
                DatasetId = HostServices.Dataset,
                Name = submission.Name,
                IdempotencyKey = submission.HasKey ? submission.Name : null,
                Retries = kind == Trainings.Stumbles ? Retries : null,
                Parameters = new Dictionary<string, string>
                {
                    [Trainings.KindVariable] = kind,
                    [Trainings.LengthVariable] = length.TotalMilliseconds.ToString(CultureInfo.InvariantCulture),
                    ["PAUSE"] = (length / Trainings.Lines).TotalSeconds.ToString(CultureInfo.InvariantCulture),
                },
            };
        }

        Answered(submission, await host.TrainAsync(request, cancellationToken));
        if (cancelsAtOnce)
        {
            await CancelAsync(host, submission, cancellationToken);
        }
    }

    /// <summary>A submission with a key whose answer was lost, or perhaps only is late, is made once more, and must find the job that there is.</summary>
    private async Task SubmitAgainAsync(GrpcTrainingClient host, CancellationToken cancellationToken)
    {
        Submission? lost;
        lock (_lock)
        {
            lost = _submissions.FirstOrDefault(s => s is { Job: null, HasKey: true });
        }

        if (lost is not null)
        {
            Answered(lost, await host.TrainAsync(lost.Request!, cancellationToken));
        }
    }

    private void Answered(Submission submission, JobId job)
    {
        lock (_lock)
        {
            if (submission.Job is { } told && told != job)
            {
                findings.Twice.Enqueue($"'{submission.Name}' was acknowledged as job {told}, and under the same key as job {job}.");
            }

            submission.Job = job;
        }
    }

    private static async Task CancelAsync(GrpcTrainingClient host, Submission submission, CancellationToken cancellationToken)
    {
        submission.IsCancelAsked = true;
        try
        {
            await host.CancelTrainingAsync(submission.Job!.Value, cancellationToken);
        }
        catch (TrainingException e) when (e.Error is TrainingError.FailedPrecondition)
        {
            // It has ended before.
        }
    }

    private async Task<JobState?> LookAsync(GrpcTrainingClient host, Submission submission, CancellationToken cancellationToken)
    {
        // Of two that look at once the one may hear what was true before the other's answer.
        var knownBefore = submission.Final;
        try
        {
            var state = (await host.GetTrainingStatusAsync(submission.Job!.Value, cancellationToken)).State;
            Compare(submission, knownBefore, state);
            return state;
        }
        catch (TrainingException e) when (e.Error is TrainingError.NotFound)
        {
            findings.Lost.Enqueue($"job {submission.Job} of '{submission.Name}' was acknowledged, and then there was no such job.");
            return null;
        }
    }

    private void Compare(Submission submission, JobState? knownBefore, JobState state)
    {
        lock (_lock)
        {
            if (knownBefore is { } final && final != state)
            {
                findings.Twice.Enqueue($"job {submission.Job} of '{submission.Name}' was {final}, and then it was {state}.");
            }

            submission.Final ??= state.IsFinal() ? state : null;
        }
    }

    private GrpcTrainingClient? PickHost()
    {
        lock (_lock)
        {
            return _hosts.Count == 0 ? null : _hosts[random.Next(_hosts.Count)];
        }
    }

    /// <summary>One of the newest that were answered, which may have ended or not.</summary>
    private (Submission? Known, bool IsFull) PickKnown()
    {
        lock (_lock)
        {
            var open = _submissions.Where(s => s is { Job: not null, Final: null }).ToArray();
            var pool = open.Length > 0 && random.Next(8) > 0 ? open : [.. _submissions.Where(s => s.Job is not null)];
            return (pool.Length == 0 ? null : pool[random.Next(pool.Length)], open.Length >= mostOpen);
        }
    }

    /// <summary>Most that run long are cancelled while they run: what waits or launches is more seldom the harder case.</summary>
    private bool IsToBeCancelled(JobState state)
    {
        lock (_lock)
        {
            return random.Next(100) < state switch { JobState.Running => 12, JobState.Queued or JobState.Launching => 3, _ => 0 };
        }
    }

    private TimeSpan Pause()
    {
        lock (_lock)
        {
            return LongestPause * random.NextDouble();
        }
    }
}
