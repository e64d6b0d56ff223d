using Orca.Training.Client;
using Orca.Training.Jobs;

namespace Orca.Training.Testing.Conformance.Clients;

/// <summary>A call with a bad argument, and the exact error that it meets, on a service with the default limits.</summary>
/// <param name="What">What is bad.</param>
/// <param name="Call">The call.</param>
/// <param name="Error">The kind of error.</param>
/// <param name="Message">What it says, where it names no field.</param>
/// <param name="Violations">What it says of each field.</param>
internal sealed record BadInput(string What, Func<ITrainingClient, CancellationToken, Task> Call, TrainingError Error, string Message, params FieldViolation[] Violations)
{
    private const string Empty = "It is empty: give a name.";
    internal const string Control = "It has a control character: give printable text.";
    internal const string Half = "It contains an unpaired surrogate: give valid Unicode text.";
    private const string NotPlain = " is not valid: give 1 to 128 letters (a-z, A-Z), digits, '.', '_' and '-', but not only dots.";
    private const string Turning = "It contains U+202E, which is invisible and affects the text around it: give text without control characters, line breaks, bidirectional control characters and unpaired surrogates.";
    private const string Missing = "The value is missing: give text.";
    private const string NoVariable = "The name becomes an environment variable: give letters, digits and '_', not starting with a digit.";
    private const string Reserved = "The name is reserved: it would change how the container works. Give another name.";
    private const string Label = "Give a name and a value of at most 128 characters each.";
    private const string OneWorker = " is not valid here: give 1, since no machine of this service runs distributed trainings.";
    internal const string NoState = " is not a state: give Queued, Launching, Running, Succeeded, Failed or Cancelled.";
    private const string NoPageSize = " is not a page size: give 1 to 1000, or 0 for 50.";
    private const string NoLimit = " is not allowed: give a time above zero and up to 30.00:00:00 (days.hours:minutes:seconds), or none.";
    private const string NoPause = " is not allowed: give a time from zero up to 365.00:00:00 (days.hours:minutes:seconds).";
    private const string NoOutcome = "It is not an outcome: give letters and digits, at most 64, such as NonZeroExit.";
    private const string NoToken = "It is not a page token: give the one of the previous page, or none for the first page.";

    private static readonly DateTimeOffset Noon = new(2026, 8, 22, 14, 0, 0, TimeSpan.FromHours(2));

    /// <summary>The table: each call with each argument that can be bad.</summary>
    public static IReadOnlyList<BadInput> Table { get; } =
    [
        Train("no algorithm", r => r with { Algorithm = "" }, ("algorithm", Empty)),
        Train("null for the algorithm", r => r with { Algorithm = null! }, ("algorithm", Empty)),
        Train("an unknown algorithm", r => r with { Algorithm = "CNN" }, ("algorithm", "'CNN' is unknown: this service has 'cnn'.")),
        Train("a long algorithm", r => r with { Algorithm = new('a', 129) }, ("algorithm", "It has 129 characters: give at most 128.")),
        Train("an algorithm with a NUL", r => r with { Algorithm = "c\0" }, ("algorithm", Control)),
        Train("no dataset", r => r with { DatasetId = " " }, ("dataset_id", Empty)),
        Train("an unknown dataset", r => r with { DatasetId = "letters" }, ("dataset_id", "There is no dataset 'letters': add it first.")),
        Train("a long dataset", r => r with { DatasetId = new('d', 1000) }, ("dataset_id", "It has 1000 characters: give at most 128.")),
        Train("an unknown version", r => r with { DatasetVersion = "ffff" }, ("train_data_version_hash", "Dataset 'digits' has no version 'ffff': give one that was added, or none for the newest.")),
        Train("a long version", r => r with { DatasetVersion = new('f', 129) }, ("train_data_version_hash", "It has 129 characters: give at most 128.")),
        Train("a blank name", r => r with { Name = "\t" }, ("name", Empty)),
        Train("a long name", r => r with { Name = new('n', 129) }, ("name", "It has 129 characters: give at most 128.")),
        Train("a name with an escape", r => r with { Name = "\u001b[2J" }, ("name", Control)),
        Train("a name with half a character", r => r with { Name = "a\ud800b" }, ("name", Half)),
        Train("a long model", r => r with { OutputModelName = new('m', 129) }, ("output_model_name", "It has 129 characters: give at most 128.")),
        Train("a model that leads out of its folder", r => r with { OutputModelName = ".." }, ("output_model_name", "'..'" + NotPlain)),
        Train("a model with a slash", r => r with { OutputModelName = "a/b" }, ("output_model_name", "'a/b'" + NotPlain)),
        Train("a model like a reference", r => r with { OutputModelName = "m:1" }, ("output_model_name", "'m:1'" + NotPlain)),
        Train("a model with a blank at its end", r => r with { OutputModelName = "m " }, ("output_model_name", "'m '" + NotPlain)),
        Train("a model with an escaped slash", r => r with { OutputModelName = "a%2Fb" }, ("output_model_name", "'a%2Fb'" + NotPlain)),
        Train("a model in composed letters", r => r with { OutputModelName = "Modèle" }, ("output_model_name", "'Modèle'" + NotPlain)),
        Train("a model with a NUL", r => r with { OutputModelName = "a\0" }, ("output_model_name", Control)),
        Train("a name that turns the writing", r => r with { Name = "a\u202Eb" }, ("name", Turning)),
        Train("an input model with a line", r => r with { InputModel = "m\n" }, ("input_model", Control)),
        Train("an input model with half a character", r => r with { InputModel = "\udc00" }, ("input_model", Half)),
        Train("a group that is no plain name", r => r with { Group = "a/b" }, ("group", "'a/b'" + NotPlain)),
        Train("a label that ends in a separator", r => r with { Labels = One("l", "v\u001f") }, ("labels[l]", Control)),
        Train(
            "parameters that are alike",
            r => r with { Parameters = Both("LR", "lr") },
            ("parameters[lr]", "'LR' is given too, and differs only by case: leave one out, because the training would get both.")),
        Train(
            "parameters that are large on record",
            r => r with { Parameters = Enumerable.Range(0, 6).ToDictionary(i => $"P{i}", _ => new string('\u0001', 4096)) },
            ("parameters", "With them, the request takes 148037 bytes when stored: give at most 131072 in all, and put large data into a dataset.")),
        Train(
            "more text than a message has room for",
            r => r with { Parameters = new Dictionary<string, string> { ["P"] = new('v', 1_100_000) } },
            ("parameters", "With it, the call has more than 1048576 bytes of text: give less, and put large data into a dataset.")),
        Train(
            "retries that each keep much",
            r => r with { Parameters = Enumerable.Range(0, 25).ToDictionary(i => $"P{i}", _ => new string('v', 4096)), Retries = new RetryPolicy { MaxRetries = 100 } },
            ("retries.max_retries", "100 is too many for a request of 103186 bytes, which each attempt keeps: give at most 28, or a smaller request.")),
        Train("too many parameters", r => r with { Parameters = Many(129) }, ("parameters", "There are 129: give at most 128.")),
        Train("a parameter that is no variable", r => r with { Parameters = One("learning-rate", "1") }, ("parameters[learning-rate]", NoVariable)),
        Train("a parameter without a name", r => r with { Parameters = One("", "1") }, ("parameters[]", NoVariable)),
        Train("a parameter with a long name", r => r with { Parameters = One(new('N', 65), "1") }, ($"parameters[{new string('N', 64)}…]", "The name has 65 characters: give at most 64.")),
        Train("a parameter that is reserved", r => r with { Parameters = One("LD_PRELOAD", "1") }, ("parameters[LD_PRELOAD]", Reserved)),
        Train("a parameter that is ours", r => r with { Parameters = One("orca_job_id", "1") }, ("parameters[orca_job_id]", Reserved)),
        Train("a parameter with a NUL", r => r with { Parameters = One("LR", "a\0b") }, ("parameters[LR]", "The value has a NUL character: give text.")),
        Train("a parameter without a value", r => r with { Parameters = One("LR", null!) }, ("parameters[LR]", Missing)),
        Train("a parameter with half a character", r => r with { Parameters = One("LR", "\udc00") }, ("parameters[LR]", Half)),
        Train("a parameter with a long value", r => r with { Parameters = One("LR", new('1', 4097)) }, ("parameters[LR]", "The value has 4097 characters: give at most 4096.")),
        Train("too many labels", r => r with { Labels = Many(33) }, ("labels", "There are 33: give at most 32.")),
        Train("a label without a name", r => r with { Labels = One("", "v") }, ("labels[]", Label)),
        Train("a label with a long value", r => r with { Labels = One("l", new('v', 129)) }, ("labels[l]", Label)),
        Train("a label with a line", r => r with { Labels = One("l", "a\nb") }, ("labels[l]", Control)),
        Train("a label without a value", r => r with { Labels = One("l", null!) }, ("labels[l]", Missing)),
        Train("no workers", r => r with { Workers = 0 }, ("workers", "0" + OneWorker)),
        Train("fewer workers than none", r => r with { Workers = int.MinValue }, ("workers", "-2147483648" + OneWorker)),
        Train("more workers than there can be", r => r with { Workers = 2 }, ("workers", "2" + OneWorker)),
        Train("a blank pool", r => r with { Pool = " " }, ("pool", Empty)),
        Train("a pool with half a character", r => r with { Pool = "\ud800" }, ("pool", Half)),
        Train("a pool where there are none", r => r with { Pool = "night" }, ("pool", "'night' is unknown: this service has no pools. Leave it out.")),
        Train("a priority that is too high", r => r with { Priority = 1001 }, ("priority", "1001 is not allowed: give -1000 to 1000.")),
        Train("a priority that is too low", r => r with { Priority = int.MinValue }, ("priority", "-2147483648 is not allowed: give -1000 to 1000.")),
        Train(
            "resources that are none",
            r => r with { Resources = new TrainingResources { Cpus = 0, MemoryMiB = 5, Gpus = -1, GpuKind = "\t" } },
            ("resources.cpus", "0 is not possible: give 0.01 to 1."),
            ("resources.memory_mib", "5 MiB is not possible: give 6 to 1024 MiB."),
            ("resources.gpus", "-1 is not possible: give 0."),
            ("resources.gpu_kind", Empty)),
        Train("processors that are no number", r => r with { Resources = new TrainingResources { Cpus = double.NaN } }, ("resources.cpus", "NaN is not possible: give 0.01 to 1.")),
        Train(
            "more resources than the algorithm allows",
            r => r with { Resources = new TrainingResources { Cpus = 1.5, MemoryMiB = 1025, Gpus = 1 } },
            ("resources.cpus", "1.5 is more than the algorithm 'cnn' allows for each worker: give at most 1."),
            ("resources.memory_mib", "1025 MiB is more than the algorithm 'cnn' allows for each worker: give at most 1024 MiB."),
            ("resources.gpus", "1 is more than the algorithm 'cnn' allows for each worker: give at most 0.")),
        Train(
            "a kind of GPU without one",
            r => r with { Resources = new TrainingResources { Gpus = 0, GpuKind = "A100" } },
            ("resources.gpu_kind", "The training has no GPUs: give resources.gpus too, or leave it out.")),
        Train("half a character as a kind of GPU", r => r with { Resources = new TrainingResources { GpuKind = "\udc00" } }, ("resources.gpu_kind", Half)),
        Train("a blank group", r => r with { Group = " " }, ("group", Empty)),
        Train("a long group", r => r with { Group = new('g', 129) }, ("group", "It has 129 characters: give at most 128.")),
        Train("a group with half a character", r => r with { Group = "\ud800" }, ("group", Half)),
        Train("a blank key", r => r with { IdempotencyKey = "\t" }, ("idempotency_key", Empty)),
        Train("a long key", r => r with { IdempotencyKey = new('k', 129) }, ("idempotency_key", "It has 129 characters: give at most 128.")),
        Train("a key with a line", r => r with { IdempotencyKey = "a\nb" }, ("idempotency_key", Control)),
        Train("too many dependencies", r => r with { DependsOn = [.. Enumerable.Range(1, 101).Select(i => new JobId(i))] }, ("depends_on", "There are 101: give at most 100.")),
        Train("no job as a dependency", r => r with { DependsOn = [default, new JobId(-1)] }, ("depends_on[0]", "0 is not a job id: ids count from 1."), ("depends_on[1]", "-1 is not a job id: ids count from 1.")),
        Train("a dependency twice", r => r with { DependsOn = [new JobId(1), new JobId(2), new JobId(1)] }, ("depends_on[2]", "Job 1 is named twice: leave one out.")),
        Train(
            "dependencies that there are not",
            r => r with { DependsOn = [new JobId(77), new JobId(78)] },
            ("depends_on[0]", "There is no job 77, or it is no longer kept: give a job that is kept, or leave it out if it has succeeded."),
            ("depends_on[1]", "There is no job 78, or it is no longer kept: give a job that is kept, or leave it out if it has succeeded.")),
        Train(
            "no time for anything",
            r => r with { Timeouts = new TrainingTimeouts { Queued = TimeSpan.Zero, Launching = TimeSpan.FromTicks(-1), Running = TimeSpan.MinValue, NoProgress = TimeSpan.MaxValue } },
            ("timeouts.queued", "00:00:00" + NoLimit),
            ("timeouts.launching", "-00:00:00.0000001" + NoLimit),
            ("timeouts.running", "-10675199.02:48:05.4775808" + NoLimit),
            ("timeouts.no_progress", "10675199.02:48:05.4775807" + NoLimit)),
        Train("a time limit that is too long", r => r with { Timeouts = new TrainingTimeouts { Running = TimeSpan.FromDays(366) } }, ("timeouts.running", "366.00:00:00" + NoLimit)),
        Train("a time limit above the host's cap", r => r with { Timeouts = new TrainingTimeouts { Queued = TimeSpan.FromDays(365), Running = TimeSpan.FromDays(365) } }, ("timeouts.queued", "365.00:00:00" + NoLimit), ("timeouts.running", "365.00:00:00" + NoLimit)),
        Train("fewer retries than none", r => r with { Retries = new RetryPolicy { MaxRetries = -1 } }, ("retries.max_retries", "-1 is not allowed: give 0 to 100.")),
        Train("too many retries", r => r with { Retries = new RetryPolicy { MaxRetries = 101 } }, ("retries.max_retries", "101 is not allowed: give 0 to 100.")),
        Train(
            "outcomes that are none",
            r => r with { Retries = new RetryPolicy { On = [default, new OutcomeCode("Non zero"), new OutcomeCode(new('c', 65)), OutcomeCode.Lost] } },
            ("retries.on[0]", NoOutcome), ("retries.on[1]", NoOutcome), ("retries.on[2]", NoOutcome)),
        Train("half a character as an outcome", r => r with { Retries = new RetryPolicy { On = [new OutcomeCode("\udc00")] } }, ("retries.on[0]", Half)),
        Train("too many outcomes", r => r with { Retries = new RetryPolicy { On = [.. Enumerable.Repeat(OutcomeCode.Lost, 33)] } }, ("retries.on", "There are 33: give at most 32, or none for the default ones.")),
        Train(
            "outcomes after which nothing is tried again",
            r => r with { Retries = new RetryPolicy { On = [OutcomeCode.ImageNotFound, OutcomeCode.Cancelled, OutcomeCode.InvalidSpec, OutcomeCode.QueueTimedOut] } },
            ("retries.on[0]", "ImageNotFound is never retried, because another attempt would fail in the same way: leave it out."),
            ("retries.on[1]", "Cancelled is never retried, because another attempt would fail in the same way: leave it out."),
            ("retries.on[2]", "InvalidSpec is never retried, because another attempt would fail in the same way: leave it out."),
            ("retries.on[3]", "QueueTimedOut is not the failure of an attempt: leave it out.")),
        Train(
            "pauses that are none",
            r => r with { Retries = new RetryPolicy { FirstPause = TimeSpan.FromSeconds(-1.5), LongestPause = TimeSpan.FromDays(366) } },
            ("retries.first_pause", "-00:00:01.5000000" + NoPause), ("retries.longest_pause", "366.00:00:00" + NoPause)),
        Train(
            "pauses in the wrong order",
            r => r with { Retries = new RetryPolicy { FirstPause = TimeSpan.FromMinutes(11) } },
            ("retries.longest_pause", "00:10:00 is shorter than first_pause, 00:11:00: give at least that.")),
        Train(
            "several fields at once",
            r => r with { Algorithm = "", DatasetId = "", Parameters = Both("PATH", "ä"), Workers = 0 },
            ("algorithm", Empty), ("dataset_id", Empty), ("parameters[PATH]", Reserved), ("parameters[ä]", NoVariable), ("workers", "0" + OneWorker)),
        Train("several values that are missing", r => r with { Algorithm = "", Parameters = Both("B", "A", null!), Labels = One("l", null!) }, ("parameters[A]", Missing), ("parameters[B]", Missing), ("labels[l]", Missing)),

        TrainAll(
            "more than one call may leave",
            r => [.. Enumerable.Repeat(r with { Parameters = One("P", new('v', 4096)), Labels = One("l", "v") }, 1000).Select((q, i) => q with { Parameters = Enumerable.Range(0, 5).ToDictionary(p => $"P{p}", _ => new string('v', 4000)) })],
            ("requests", "Together they take 20581000 bytes when stored: give at most 16777216 in one call.")),
        TrainAll("nothing", _ => [], ("requests", "There are 0: give 1 to 1000.")),
        TrainAll("too many requests", r => [.. Enumerable.Repeat(r, 1001)], ("requests", "There are 1001: give 1 to 1000.")),
        TrainAll("no request", r => [r, null!], ("requests[1]", "It is missing: give a request.")),
        TrainAll(
            "requests that are wrong",
            r => [r with { Algorithm = "" }, r, r with { Parameters = One("PATH", "1"), Workers = 0 }],
            ("requests[0].algorithm", Empty), ("requests[2].parameters[PATH]", Reserved), ("requests[2].workers", "0" + OneWorker)),
        TrainAll("texts that are none", r => [r, r with { Name = "\ud800", Labels = One("l", null!) }], ("requests[1].name", Half), ("requests[1].labels[l]", Missing)),
        TrainAll(
            "what there is not",
            r => [r with { DatasetId = "letters" }, r with { DependsOn = [new JobId(77)] }, r with { DatasetId = "letters" }],
            ("requests[0].dataset_id", "There is no dataset 'letters': add it first."),
            ("requests[1].depends_on[0]", "There is no job 77, or it is no longer kept: give a job that is kept, or leave it out if it has succeeded."),
            ("requests[2].dataset_id", "There is no dataset 'letters': add it first.")),
        TrainAll(
            "groups and keys of their own",
            r => [r with { Group = "g" }, r with { IdempotencyKey = "k" }],
            ("requests[0].group", "The trainings of one call have one group: give it with the call, and leave it out here."),
            ("requests[1].idempotency_key", "One key stands for all trainings of one call: give it with the call, and leave it out here.")),
        Wrong(
            "Train all with a group and a key that are none",
            (client, token) => client.TrainAllAsync([Installation.Request], "\n", new('k', 129), token),
            ("group", Empty), ("idempotency_key", "It has 129 characters: give at most 128.")),
        Wrong("Train all with half a character as a group", (client, token) => client.TrainAllAsync([Installation.Request], "\ud800", cancellationToken: token), ("group", Half)),

        Sweep(
            "a grid that becomes much more than it is",
            s => s with
            {
                Request = s.Request with { Parameters = Enumerable.Range(0, 4).ToDictionary(i => $"P{i}", _ => new string('\u0001', 4096)) },
                Grid = [new("N", [.. Enumerable.Range(0, 1000).Select(i => $"{i}")])],
            },
            ("grid", "Together they take 98882890 bytes when stored: give at most 16777216 in one call.")),
        Sweep("parameters that are alike", s => s with { Grid = [new("epochs", ["1"])] }, ("grid[0].name", "'EPOCHS' is among the request's own parameters too: give it in one place.")),
        Sweep("no grid", s => s with { Grid = [] }, ("grid", "It is empty: give at least one parameter with its values.")),
        Sweep("null for the grid", s => s with { Grid = null! }, ("grid", "It is empty: give at least one parameter with its values.")),
        Sweep("a large grid", s => s with { Grid = [.. "ABCDEFGHIJ".Select(n => new SweepParameter($"{n}", ["1", "2"]))] }, ("grid", "It makes 1024 trainings: give at most 1000.")),
        Sweep(
            "a grid without end",
            s => s with { Grid = [.. Enumerable.Range(0, 127).Select(n => new SweepParameter($"P{n}", ["1", "2", "3"]))] },
            ("grid", "It makes 9223372036854775807 trainings: give at most 1000.")),
        Sweep("too many parameters", s => s with { Grid = [.. Enumerable.Range(0, 128).Select(n => new SweepParameter($"P{n}", ["1"]))] }, ("grid", "With those of the request, there are 129 parameters: give at most 128.")),
        Sweep("a parameter without values", s => s with { Grid = [new("LR", []), new("B", null!)] }, ("grid[0].values", "It is empty: give at least one."), ("grid[1].values", "It is empty: give at least one.")),
        Sweep("no parameter", s => s with { Grid = [null!] }, ("grid[0].name", NoVariable), ("grid[0].values", "It is empty: give at least one.")),
        Sweep(
            "parameters twice",
            s => s with { Grid = [new("LR", ["1"]), new("EPOCHS", ["1"]), new("LR", ["2"])] },
            ("grid[1].name", "'EPOCHS' is among the request's own parameters too: give it in one place."),
            ("grid[2].name", "'LR' is already in the grid: give it once, with all its values.")),
        Sweep("names that are none", s => s with { Grid = [new("PATH", ["1"]), new("a-b", ["1"])] }, ("grid[0].name", Reserved), ("grid[1].name", NoVariable)),
        Sweep(
            "values that are none",
            s => s with { Grid = [new("LR", ["1", "2", "1", "\0", new('1', 4097)])] },
            ("grid[0].values[2]", "The value is already in the list: leave it out."),
            ("grid[0].values[3]", "The value has a NUL character: give text."),
            ("grid[0].values[4]", "The value has 4097 characters: give at most 4096.")),
        Sweep("texts that are none", s => s with { Grid = [new("\ud800", ["1", null!, "\udc00"])] }, ("grid[0].values[1]", Missing), ("grid[0].values[2]", Half), ("grid[0].name", Half)),
        Sweep("a name that leaves no room for a number", s => s with { Request = s.Request with { Name = new('n', 126) } }, ("name", "With a number at its end it has 129 characters: give at most 125.")),
        Sweep(
            "a request that is wrong",
            s => s with { Request = s.Request with { Algorithm = "", Group = " " }, Grid = [] },
            ("algorithm", Empty), ("group", Empty), ("grid", "It is empty: give at least one parameter with its values.")),
        Sweep("an unknown dataset", s => s with { Request = s.Request with { DatasetId = "letters" } }, ("dataset_id", "There is no dataset 'letters': add it first.")),

        NoJob("a job that was never submitted", 77, (client, job, token) => client.GetTrainingStatusAsync(job, token)),
        NoJob("no job", 0, (client, job, token) => client.GetTrainingStatusAsync(job, token)),
        NoJob("an explanation of a job that was never submitted", 77, (client, job, token) => client.ExplainAsync(job, token)),
        NoJob("an explanation of no job", 0, (client, job, token) => client.ExplainAsync(job, token)),
        NoJob("a job that no service can have", long.MaxValue, (client, job, token) => client.GetTrainingStatusAsync(job, token)),
        NoJob("a watch of a job that was never submitted", 77, (client, job, token) => client.WatchTrainingAsync(job, 0, token).ToListAsync(token).AsTask()),
        NoJob("a watch of no job", -1, (client, job, token) => client.WatchTrainingAsync(job, 0, token).ToListAsync(token).AsTask()),
        NoJob("a watch that goes on with no job", 0, (client, _, token) => client.ResumeWatchAsync(default, token).ToListAsync(token).AsTask()),
        NoJob("logs of a job that was never submitted", 77, (client, job, token) => client.StreamLogsAsync(job, null, token).ToListAsync(token).AsTask()),
        NoJob("logs of no job", 0, (client, job, token) => client.StreamLogsAsync(job, new LogQuery { Follow = true }, token).ToListAsync(token).AsTask()),
        NoJob("a cancel of a job that was never submitted", 77, (client, job, token) => client.CancelTrainingAsync(job, token)),
        NoJob("a hold of a job that was never submitted", 77, (client, job, token) => client.HoldTrainingAsync(job, token)),
        NoJob("a hold of no job", 0, (client, job, token) => client.HoldTrainingAsync(job, token)),
        NoJob("a release of a job that was never submitted", 77, (client, job, token) => client.ReleaseTrainingAsync(job, token)),
        NoJob("a release of no job", -1, (client, job, token) => client.ReleaseTrainingAsync(job, token)),
        NoJob("a cancel of no job", long.MinValue, (client, job, token) => client.CancelTrainingAsync(job, token)),

        Wrong("a cancel of a group without a name", (client, token) => client.CancelGroupAsync(" ", token), ("group", "It is empty: give a name.")),
        Wrong("a cancel of a group with a long name", (client, token) => client.CancelGroupAsync(new('g', 129), token), ("group", "It has 129 characters: give at most 128.")),

        Wrong("too many statuses", (client, token) => client.GetTrainingStatusesAsync([.. Enumerable.Range(1, 1001).Select(i => new JobId(i))], token), ("job_ids", "There are 1001: give at most 1000.")),

        List("an unknown state", q => q with { States = [JobState.Queued, (JobState)99] }, ("states", "99" + NoState)),
        List("unknown states", q => q with { States = [(JobState)6, (JobState)(-1)] }, ("states", "-1" + NoState), ("states", "6" + NoState)),
        List("a long user", q => q with { User = new('u', 1025) }, ("user", "It has 1025 characters: give at most 1024.")),
        List("a user with a NUL", q => q with { User = "\0" }, ("user", Control)),
        List("a long algorithm", q => q with { Algorithm = new('a', 129) }, ("algorithm", "It has 129 characters: give at most 128.")),
        List("a long dataset", q => q with { DatasetId = new('d', 129) }, ("dataset_id", "It has 129 characters: give at most 128.")),
        List("a dataset with half a character", q => q with { DatasetId = "\ud83d" }, ("dataset_id", Half)),
        List("a name with a line", q => q with { Name = "a\nb" }, ("name", Control)),
        List("a long group", q => q with { Group = new('g', 129) }, ("group", "It has 129 characters: give at most 128.")),
        List("too many labels", q => q with { Labels = Many(33) }, ("labels", "There are 33: give at most 32.")),
        List("a label without a name", q => q with { Labels = One(" ", "v") }, ("labels[ ]", Label)),
        List("a label with a long name", q => q with { Labels = One(new('l', 129), "v") }, ($"labels[{new string('l', 64)}…]", Label)),
        List("a label without a value", q => q with { Labels = One("l", null!) }, ("labels[l]", Missing)),
        List(
            "times in the wrong order",
            q => q with { SubmittedFrom = Noon, SubmittedBefore = Noon.AddSeconds(-0.25) },
            ("submitted_before", "2026-08-22T11:59:59.75Z is not after submitted_from, 2026-08-22T12:00:00Z: give a later time.")),
        List(
            "a time range of nothing",
            q => q with { SubmittedFrom = Noon, SubmittedBefore = Noon.ToUniversalTime() },
            ("submitted_before", "2026-08-22T12:00:00Z is not after submitted_from, 2026-08-22T12:00:00Z: give a later time.")),
        List("a negative page size", q => q with { PageSize = -1 }, ("page_size", "-1" + NoPageSize)),
        List("a page too long", q => q with { PageSize = 1001 }, ("page_size", "1001" + NoPageSize)),
        List("a token of another kind", q => q with { PageToken = "next" }, ("page_token", NoToken)),
        List("a token of the right length", q => q with { PageToken = new('A', 44) }, ("page_token", NoToken)),
        List("a token of the right length with a character that none has", q => q with { PageToken = new string('A', 20) + "%" + new string('A', 23) }, ("page_token", NoToken)),
        List("a token that is no text of a token", q => q with { PageToken = "ä模\u0000" }, ("page_token", NoToken)),
        List("a token with half a character", q => q with { PageToken = "\ud800" }, ("page_token", Half)),
        List("more text than a message has room for", q => q with { User = new('u', 1_100_000) }, ("user", "With it, the call has more than 1048576 bytes of text: give less, and put large data into a dataset.")),
        List("several fields at once", q => q with { User = "\n", PageSize = -5 }, ("user", Control), ("page_size", "-5" + NoPageSize)),

        .. BadDataInput.Table,
    ];

    private static BadInput Train(string what, Func<TrainingRequest, TrainingRequest> change, params (string Field, string Description)[] violations) =>
        Wrong($"Train with {what}", (client, token) => client.TrainAsync(change(Installation.Request), token), violations);

    private static BadInput TrainAll(string what, Func<TrainingRequest, TrainingRequest[]> make, params (string Field, string Description)[] violations) =>
        Wrong($"Train all with {what}", (client, token) => client.TrainAllAsync(make(Installation.Request), cancellationToken: token), violations);

    private static BadInput Sweep(string what, Func<TrainingSweep, TrainingSweep> change, params (string Field, string Description)[] violations) =>
        Wrong($"Sweep with {what}", (client, token) => client.TrainSweepAsync(change(Samples.Sweep), token), violations);

    private static BadInput List(string what, Func<TrainingQuery, TrainingQuery> change, params (string Field, string Description)[] violations) =>
        Wrong($"List with {what}", (client, token) => client.ListTrainingsAsync(change(new TrainingQuery()), token), violations);

    internal static BadInput Wrong(string what, Func<ITrainingClient, CancellationToken, Task> call, params (string Field, string Description)[] violations) =>
        new(what, call, TrainingError.InvalidArgument, string.Join(" ", violations.Select(v => $"{v.Field}: {v.Description}")), [.. violations.Select(v => new FieldViolation(v.Field, v.Description))]);

    private static BadInput NoJob(string what, long id, Func<ITrainingClient, JobId, CancellationToken, Task> call) =>
        new(what, (client, token) => call(client, new JobId(id), token), TrainingError.NotFound, $"There is no job {new JobId(id)}. It was never submitted here, or its retention has expired.");

    private static Dictionary<string, string> One(string name, string value) => new() { [name] = value };

    private static Dictionary<string, string> Both(string first, string second, string value = "1") => new() { [first] = value, [second] = value };

    private static Dictionary<string, string> Many(int count) => Enumerable.Range(0, count).ToDictionary(i => $"P{i}", _ => "1");
}
