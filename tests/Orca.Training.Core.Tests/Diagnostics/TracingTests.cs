using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Orca.Training.Client;
using Orca.Training.Datasets;
using Orca.Training.Datasets.Folders;
using Orca.Training.Diagnostics;
using Orca.Training.Jobs;
using Orca.Training.Testing;
using Orca.Training.Tests.Files;
using Orca.Training.Tests.Tracking;

namespace Orca.Training.Tests.Diagnostics;

/// <summary>How a training looks in its caller's trace.</summary>
[Collection(nameof(TracingTests))]
public sealed class TracingTests
{
    [Fact]
    public Task Submission_launch_and_attempt_are_spans_of_the_caller_s_trace() => VirtualTime.RunAsync(async time =>
    {
        string? inContainer = null;
        var runtime = new FakeContainerRuntime(time);
        runtime.Script(spec =>
        {
            inContainer = spec.Environment["TRACEPARENT"];
            return FakeTraining.Succeeds.StartsWithin(TimeSpan.FromSeconds(7)).RunsFor(TimeSpan.FromHours(1));
        });
        await using var host = await TestHost.StartAsync(time, runtime: runtime);
        using var trace = new Trace();
        var began = time.GetUtcNow();

        var job = await host.TrainAsync();
        trace.Caller.Stop();
        await host.FinishAsync(job);

        Assert.Equal(["submit a", "launch a", "attempt a"], trace.Spans.Select(s => s.OperationName));
        var (submit, launch, attempt) = (trace.Spans[0], trace.Spans[1], trace.Spans[2]);
        Assert.Equal(trace.Caller.SpanId, submit.ParentSpanId);
        Assert.Equal([submit.SpanId, submit.SpanId], [launch.ParentSpanId, attempt.ParentSpanId]);
        Assert.Equal(launch.Id, inContainer);
        Assert.Equal([ActivityKind.Producer, ActivityKind.Consumer, ActivityKind.Consumer], trace.Spans.Select(s => s.Kind));
        Assert.Equal("error.type= orca.training.algorithm=a orca.training.job.id=1", Tags(submit));
        Assert.Equal("error.type= orca.training.algorithm=a orca.training.attempt=1 orca.training.job.id=1 orca.training.machine=fake", Tags(launch));
        Assert.Equal("error.type= orca.training.algorithm=a orca.training.attempt=1 orca.training.job.id=1 orca.training.machine=fake orca.training.outcome=Completed", Tags(attempt));
        Assert.Equal((began.UtcDateTime, TimeSpan.FromSeconds(7)), (launch.StartTimeUtc, launch.Duration));
        Assert.Equal((began.UtcDateTime, TimeSpan.FromSeconds(3607)), (attempt.StartTimeUtc, attempt.Duration));
        Assert.Equal(began.AddSeconds(7), Assert.Single(attempt.Events).Timestamp);
        Assert.All(trace.Spans, s => Assert.Equal(ActivityStatusCode.Unset, s.Status));
    });

    [Fact]
    public Task What_fails_is_marked_in_each_span() => VirtualTime.RunAsync(async time =>
    {
        await using var host = await TestHost.StartAsync(time, _ => FakeTraining.FailsToStart(OutcomeCode.ImageNotFound, "There is no such image."));
        using var folder = new TempFolder();
        await using var without = await TestHost.StartAsync(time, build: b => b.Services.AddSingleton<IDatasetStore>(new FolderDatasetStore(folder.Path)));
        using var trace = new Trace();

        await Assert.ThrowsAsync<TrainingException>(() => host.Client.TrainAsync(new TrainingRequest { Algorithm = "a", DatasetId = "d", Workers = 9 }, TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<TrainingException>(() => without.TrainAsync());
        await host.FinishAsync(await host.TrainAsync());

        Assert.Equal(
            ["submit a InvalidArgument", "submit a ", "launch a ImageNotFound", "attempt a ImageNotFound"],
            trace.Spans.Select(s => $"{s.OperationName} {s.GetTagItem("error.type")}"));
        Assert.Equal(
            [ActivityStatusCode.Error, ActivityStatusCode.Unset, ActivityStatusCode.Error, ActivityStatusCode.Error], trace.Spans.Select(s => s.Status));
    });

    [Fact]
    public Task The_caller_s_trace_reaches_the_container_also_where_nobody_listens_to_ours() => VirtualTime.RunAsync(async time =>
    {
        var inContainer = new List<string?>();
        var runtime = new FakeContainerRuntime(time);
        runtime.Script(spec =>
        {
            inContainer.Add(spec.Environment.GetValueOrDefault("TRACEPARENT"));
            return FakeTraining.Succeeds;
        });
        await using var host = await TestHost.StartAsync(time, runtime: runtime);
        await host.FinishAsync(await host.TrainAsync());

        using var caller = new Activity("caller").SetIdFormat(ActivityIdFormat.W3C).Start();
        var job = await host.TrainAsync();
        caller.Stop();
        await host.FinishAsync(job);

        Assert.Equal([null, caller.Id], inContainer);
    });

    [Fact]
    public async Task A_parameter_cannot_take_the_trace_s_name() =>
        await VirtualTime.RunAsync(async time =>
        {
            await using var host = await TestHost.StartAsync(time);

            var refused = await Assert.ThrowsAsync<TrainingException>(() => host.TrainAsync("d", ("TRACEPARENT", "00-1")));

            Assert.Equal("parameters[TRACEPARENT]", Assert.Single(refused.Violations).Field);
        });

    private static string Tags(Activity span) =>
        string.Join(' ', span.TagObjects.Select(t => $"{t.Key}={t.Value}").Append($"error.type={span.GetTagItem("error.type")}").Order(StringComparer.Ordinal));

    /// <summary>A caller's span, and those of ours that belong to its trace, in the order in which they ended.</summary>
    private sealed class Trace : IDisposable
    {
        private readonly ActivityListener _listener;

        public Trace()
        {
            Caller = new Activity("caller").SetIdFormat(ActivityIdFormat.W3C).Start();
            var trace = Caller.TraceId;
            _listener = new ActivityListener
            {
                ShouldListenTo = source => source.Name == TrainingActivities.SourceName,
                Sample = (ref ActivityCreationOptions<ActivityContext> options) =>
                    options.TraceId == trace ? ActivitySamplingResult.AllDataAndRecorded : ActivitySamplingResult.None,
                ActivityStopped = span =>
                {
                    if (span.TraceId == trace)
                    {
                        Spans.Add(span);
                    }
                },
            };
            ActivitySource.AddActivityListener(_listener);
        }

        public Activity Caller { get; }

        public List<Activity> Spans { get; } = [];

        public void Dispose()
        {
            _listener.Dispose();
            Caller.Dispose();
        }
    }
}
