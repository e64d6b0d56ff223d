using Orca.Training.Client;
using Orca.Training.Jobs;

namespace Orca.Training.AspNetCore.Http;

/// <summary>A request for a training, read from JSON. Its fields are spelt as a status spells them.</summary>
internal static class RequestBody
{
    /// <param name="body">The object.</param>
    /// <param name="key">The idempotency key, which is a header.</param>
    public static TrainingRequest Read(BodyReader body, string? key = null) => new()
    {
        Algorithm = body.Required("algorithm"),
        DatasetId = body.Required("dataset"),
        DatasetVersion = body.Text("dataset_version") ?? "",
        Name = body.Text("name") ?? "",
        OutputModelName = body.Text("model") ?? "",
        InputModel = body.Text("input_model"),
        Parameters = body.Texts("parameters"),
        Labels = body.Texts("labels"),
        Workers = body.Integer("workers") ?? 1,
        Pool = body.Text("pool"),
        Priority = body.Integer("priority") ?? 0,
        Resources = Resources(body.Number("cpus"), body.Integer("memory_mib"), body.Integer("gpus"), body.Text("gpu_kind")),
        Group = body.Text("group"),
        IdempotencyKey = key,
        DependsOn = body.Jobs("depends_on"),
        IsHeld = body.Flag("is_held"),
        Timeouts = body.Object("timeouts", Timeouts),
        Retries = body.Object("retries", Retries),
    };

    public static TrainingSweep ReadSweep(BodyReader body, string? key) => new()
    {
        Request = body.Object("request", request => Read(request, key)) ?? new TrainingRequest { Algorithm = body.Required("request"), DatasetId = "" },
        Grid = body.Objects("grid", p => new SweepParameter(p.Required("name"), p.TextList("values"))),
    };

    private static TrainingResources? Resources(double? cpus, int? memory, int? gpus, string? kind) =>
        cpus is null && memory is null && gpus is null && kind is null
            ? null
            : new TrainingResources { Cpus = cpus, MemoryMiB = memory, Gpus = gpus, GpuKind = kind };

    private static TrainingTimeouts Timeouts(BodyReader body) => new()
    {
        Queued = body.Seconds("queued_s"),
        Launching = body.Seconds("launching_s"),
        Running = body.Seconds("running_s"),
        NoProgress = body.Seconds("no_progress_s"),
    };

    private static RetryPolicy Retries(BodyReader body)
    {
        var policy = new RetryPolicy
        {
            MaxRetries = body.Integer("max_retries") ?? 0,
            On = [.. body.TextList("on").Select(name => new OutcomeCode(name))],
        };
        return policy with
        {
            FirstPause = body.Seconds("first_pause_s") ?? policy.FirstPause,
            LongestPause = body.Seconds("longest_pause_s") ?? policy.LongestPause,
        };
    }
}
