using Orca.Training.Client;
using Orca.Training.Jobs;
using Orca.Training.Logs;
using Orca.Training.Machines;

namespace Orca.Training.Testing.Conformance.Clients;

/// <summary>What clients tell of what trainings print.</summary>
public abstract partial class TrainingClientConformance
{
    [Fact]
    public async Task Lines_come_with_all_that_is_known_of_them_while_the_training_runs_and_afterwards()
    {
        var (jobs, client) = await LoggedAsync();
        var job = await jobs.RunAsync();
        await jobs.PrintAsync(job, 1, 0, "käse 🐋", "!trouble\0\x1b[31m\r", "");

        var lines = await AllAsync(client, job);

        Assert.Equal(["käse 🐋", "!trouble\0\x1b[31m\r", ""], lines.Select(l => l.Text));
        Assert.Equal([OutputStream.Standard, OutputStream.Error, OutputStream.Standard], lines.Select(l => l.Stream));
        Assert.Equal([LoggedJobs.TimeOf(1), LoggedJobs.TimeOf(2), LoggedJobs.TimeOf(3)], lines.Select(l => l.Timestamp));
        Assert.All(lines, l => Assert.Equal((1, 0, 0), (l.Attempt, l.Rank, l.Missing)));
        await jobs.SucceedAsync(job);
        Assert.Equal(lines, await AllAsync(client, job));
        Assert.Equal(lines, await AllAsync(client, job, new LogQuery { Follow = true }));
    }

    [Fact]
    public async Task Lines_that_are_missing_are_told_as_such_whatever_output_is_asked_for()
    {
        var (jobs, client) = await LoggedAsync();
        var job = await jobs.RunAsync();
        var gap = LogEntry.Gap(new OutputPosition(5, 2), 1234, "of the test");
        await jobs.Logs.AppendAsync(await jobs.NameAsync(job, 1), 0, [gap], Token);

        foreach (var stream in new OutputStream?[] { null, OutputStream.Standard, OutputStream.Error })
        {
            var line = Assert.Single(await AllAsync(client, job, new LogQuery { Stream = stream }));
            Assert.Equal((1234, "[1,234 lines are missing here: of the test]", new LogCursor(1, gap.Position, line.Installation)), (line.Missing, line.Text, line.Cursor));
        }
    }

    [Fact]
    public async Task A_follower_sees_each_line_as_it_is_printed_and_ends_with_the_attempt()
    {
        var (jobs, client) = await LoggedAsync();
        var job = await jobs.RunAsync();
        await using var lines = client.StreamLogsAsync(job, new LogQuery { Attempt = 1, Follow = true }, Token).GetAsyncEnumerator(Token);
        for (var i = 1; i <= 20; i++)
        {
            var next = lines.MoveNextAsync();
            await jobs.PrintAsync(job, 1, 0, $"line {i}");
            Assert.True(await next);
            Assert.Equal($"line {i}", lines.Current.Text);
        }

        var end = lines.MoveNextAsync();
        await jobs.PrintAsync(job, 1, 0, "last");
        await jobs.SucceedAsync(job);
        Assert.True(await end);
        Assert.Equal("last", lines.Current.Text);
        Assert.False(await lines.MoveNextAsync());
    }

    [Fact]
    public async Task A_job_that_never_ran_has_no_lines_and_is_waited_for_by_a_follower()
    {
        var (jobs, client) = await LoggedAsync();
        var job = await jobs.SubmitAsync();
        Assert.Empty(await AllAsync(client, job));
        await using var lines = client.StreamLogsAsync(job, new LogQuery { Follow = true }, Token).GetAsyncEnumerator(Token);
        var first = lines.MoveNextAsync();

        await jobs.BeginAsync(job, 1);
        await jobs.PrintAsync(job, 1, 0, "first");

        Assert.True(await first);
        Assert.Equal("first", lines.Current.Text);
        var end = lines.MoveNextAsync();
        await jobs.SucceedAsync(job);
        Assert.False(await end);
    }

    [Fact]
    public async Task A_follower_of_a_job_that_ends_without_having_run_ends_too()
    {
        var (jobs, client) = await LoggedAsync();
        var job = await jobs.SubmitAsync();
        var following = AllAsync(client, job, new LogQuery { Follow = true });

        await jobs.CancelQueuedAsync(job);

        Assert.Empty(await following);
    }

    [Fact]
    public async Task A_follower_goes_on_to_the_next_attempt_unless_it_asked_for_one()
    {
        var (jobs, client) = await LoggedAsync();
        var job = await jobs.LaunchAsync();
        await jobs.PrintAsync(job, 1, 0, "one", "two");
        // A follower begins with the attempt that is the newest then: it has begun when it has the first line.
        await using var all = client.StreamLogsAsync(job, new LogQuery { Follow = true }, Token).GetAsyncEnumerator(Token);
        var lines = new List<LogLine>();
        Assert.True(await all.MoveNextAsync());
        lines.Add(all.Current);
        var first = AllAsync(client, job, new LogQuery { Follow = true, Attempt = 1 });

        await jobs.PutOffAsync(job, 1);
        Assert.Equal(["one", "two"], (await first).Select(l => l.Text));
        await jobs.BeginAsync(job, 2);
        await jobs.PrintAsync(job, 2, 0, "three");
        await jobs.SucceedAsync(job, 2);

        while (await all.MoveNextAsync())
        {
            lines.Add(all.Current);
        }

        Assert.Equal([(1, "one"), (1, "two"), (2, "three")], lines.Select(l => (l.Attempt, l.Text)));
        Assert.Equal(["three"], (await AllAsync(client, job)).Select(l => l.Text));
        Assert.Equal(["one", "two"], (await AllAsync(client, job, new LogQuery { Attempt = 1 })).Select(l => l.Text));
        for (var seen = 0; seen < lines.Count; seen++)
        {
            Assert.Equal(lines[(seen + 1)..], await AllAsync(client, job, new LogQuery { After = lines[seen].Cursor }));
            Assert.Equal(lines[(seen + 1)..], await AllAsync(client, job, new LogQuery { After = lines[seen].Cursor, Follow = true }));
        }
    }

    [Fact]
    public async Task The_lines_can_be_narrowed_down()
    {
        var (jobs, client) = await LoggedAsync();
        var job = await jobs.RunAsync(workers: 2);
        await jobs.PrintAsync(job, 1, 0, "1", "!2", "3", "!4", "5", "!6");
        await jobs.PrintAsync(job, 1, 1, "other");

        await IsAsync(new LogQuery(), "1", "!2", "3", "!4", "5", "!6");
        await IsAsync(new LogQuery { Rank = 1 }, "other");
        await IsAsync(new LogQuery { Stream = OutputStream.Error }, "!2", "!4", "!6");
        await IsAsync(new LogQuery { Stream = OutputStream.Standard }, "1", "3", "5");
        await IsAsync(new LogQuery { Tail = 0 });
        await IsAsync(new LogQuery { Tail = 2 }, "5", "!6");
        await IsAsync(new LogQuery { Tail = 100 }, "1", "!2", "3", "!4", "5", "!6");
        await IsAsync(new LogQuery { Tail = 2, Stream = OutputStream.Error }, "!4", "!6");
        await IsAsync(new LogQuery { Since = LoggedJobs.TimeOf(3) }, "3", "!4", "5", "!6");
        await IsAsync(new LogQuery { Since = LoggedJobs.TimeOf(3).AddTicks(1) }, "!4", "5", "!6");
        await IsAsync(new LogQuery { Since = LoggedJobs.TimeOf(3), Tail = 5 }, "3", "!4", "5", "!6");
        await IsAsync(new LogQuery { Since = LoggedJobs.TimeOf(3), Tail = 1 }, "!6");
        await IsAsync(new LogQuery { Since = DateTimeOffset.MinValue }, "1", "!2", "3", "!4", "5", "!6");
        await IsAsync(new LogQuery { Since = DateTimeOffset.MaxValue });
        var third = (await AllAsync(client, job))[2].Cursor;
        await IsAsync(new LogQuery { After = third }, "!4", "5", "!6");
        await IsAsync(new LogQuery { After = third, Attempt = 1, Stream = OutputStream.Standard }, "5");
        await IsAsync(new LogQuery { After = third, Since = LoggedJobs.TimeOf(1) }, "!4", "5", "!6");
        await IsAsync(new LogQuery { After = third, Since = LoggedJobs.TimeOf(6) }, "!6");
        await IsAsync(new LogQuery { After = third, Tail = 1 }, "!6");
        await IsAsync(new LogQuery { After = third, Tail = 5 }, "!4", "5", "!6");

        async Task IsAsync(LogQuery query, params string[] texts) => Assert.Equal(texts, (await AllAsync(client, job, query)).Select(l => l.Text));
    }

    public static TheoryData<LogQuery, string> WrongLogQueries => new()
    {
        { new LogQuery { Attempt = 2 }, "attempt: Job 1 has no attempt 2: its newest is 1. Leave it out for the newest." },
        { new LogQuery { Attempt = 0 }, "attempt: Job 1 has no attempt 0: its newest is 1. Leave it out for the newest." },
        { new LogQuery { Attempt = -1, Follow = true }, "attempt: Job 1 has no attempt -1: its newest is 1. Leave it out for the newest." },
        { new LogQuery { Rank = 2 }, "rank: Job 1 has no rank 2: give 0 to 1." },
        { new LogQuery { Rank = -1 }, "rank: Job 1 has no rank -1: give 0 to 1." },
        { new LogQuery { Tail = -1 }, "tail: -1 is not a number of lines: give 0 or more, or leave it out for all." },
        { new LogQuery { Stream = (OutputStream)7 }, "output: 7 is not an output: give 0 for standard output, 1 for standard error, or leave it out for both." },
        { new LogQuery { After = new LogCursor(3, default) }, "after: Job 1 has no attempt 3: its newest is 1. Leave it out for the newest." },
        {
            new LogQuery { Attempt = 1, After = new LogCursor(2, default) },
            "after: It is a place in the log of attempt 2, and attempt is 1: give a line of that attempt, or no attempt."
        },
        { new LogQuery { Rank = 9, Tail = int.MinValue }, "rank: Job 1 has no rank 9: give 0 to 1. tail: -2147483648 is not a number of lines: give 0 or more, or leave it out for all." },
    };

    [Theory]
    [MemberData(nameof(WrongLogQueries), DisableDiscoveryEnumeration = true)]
    public async Task A_query_that_is_wrong_is_refused_by_field(LogQuery query, string message)
    {
        var (jobs, client) = await LoggedAsync();
        var job = await jobs.RunAsync(workers: 2);

        var refusal = await Assert.ThrowsAsync<TrainingException>(() => AllAsync(client, job, query));

        Assert.Equal((TrainingError.InvalidArgument, message), (refusal.Error, refusal.Message));
        Assert.Equal(message, string.Join(" ", refusal.Violations.Select(v => $"{v.Field}: {v.Description}")));
    }

    [Fact]
    public async Task A_place_in_the_log_of_another_installations_job_is_noticed()
    {
        var (before, _) = await LoggedAsync();
        var (after, client) = await LoggedAsync();
        var job = await before.RunAsync();
        await before.PrintAsync(job, 1, 0, "line");
        var seen = Assert.Single(await AllAsync(before.Client, job));
        Assert.Equal(job, await after.RunAsync());

        var refusal = await Assert.ThrowsAsync<TrainingException>(() => AllAsync(client, job, new LogQuery { After = seen.Cursor, Follow = true }));

        Assert.Equal(TrainingError.NotFound, refusal.Error);
        Assert.StartsWith($"There is no job {job} of installation {seen.Installation}: this is installation ", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_attempt_of_a_job_without_any_is_refused()
    {
        var (jobs, client) = await LoggedAsync();
        var job = await jobs.SubmitAsync();

        var refusal = await Assert.ThrowsAsync<TrainingException>(() => AllAsync(client, job, new LogQuery { Attempt = 1 }));

        Assert.Equal("attempt: Job 1 has no attempt 1: it has none yet. Leave it out for the newest.", refusal.Message);
    }

    [Fact]
    public async Task A_log_store_that_cannot_be_read_is_said()
    {
        var (jobs, client) = await LoggedAsync(logs => new UnreadableLogs(logs));
        var job = await jobs.RunAsync();

        var trouble = await Assert.ThrowsAsync<TrainingException>(() => AllAsync(client, job));

        Assert.Equal((TrainingError.Unavailable, "The log store cannot be read now: Input/output error"), (trouble.Error, trouble.Message));
    }

    [Fact]
    public async Task A_hundred_thousand_lines_come_once_each_and_in_order()
    {
        var (jobs, client) = await LoggedAsync();
        var job = await jobs.RunAsync();
        var texts = Enumerable.Range(1, 100_000).Select(i => $"line {i}").ToArray();
        await jobs.PrintAsync(job, 1, 0, texts);

        Assert.Equal(texts, (await AllAsync(client, job)).Select(l => l.Text));
    }

    [Fact]
    public async Task A_token_ends_a_follower()
    {
        var (jobs, client) = await LoggedAsync();
        var job = await jobs.RunAsync();
        await jobs.PrintAsync(job, 1, 0, "one");
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Token);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in client.StreamLogsAsync(job, new LogQuery { Follow = true }, enough.Token))
            {
                await enough.CancelAsync();
            }
        });
    }

    private async Task<(LoggedJobs Jobs, ITrainingClient Client)> LoggedAsync(Func<ILogStore, ILogStore>? logs = null)
    {
        var jobs = new LoggedJobs(logs);
        _services.Add(jobs);
        return (jobs, await ReachAsync(jobs.Clients, user: null));
    }

    private static async Task<List<LogLine>> AllAsync(ITrainingClient client, JobId job, LogQuery? query = null) =>
        await client.StreamLogsAsync(job, query, Token).ToListAsync(Token);
}
