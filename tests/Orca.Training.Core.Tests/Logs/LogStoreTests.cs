using CsCheck;
using Orca.Training.Jobs;
using Orca.Training.Logs;
using Orca.Training.Machines;

namespace Orca.Training.Tests.Logs;

/// <summary>What every log store does. Derive from it, make a store, and all of this is asked of it.</summary>
public abstract class LogStoreTests
{
    protected static readonly AttemptName Attempt = new(new InstallationId("here"), new AttemptId(new JobId(7), 2));

    private static readonly Gen<string> AnyText = Gen.OneOf(
        Gen.String[Gen.Char.AlphaNumeric, 0, 40],
        Gen.String[OneOf('\n', '\r', '\\', '\0', '\t', ' ', 'n', '\x1b', 'ä', '€', '\uFFFD', '\u2028', '\u0085'), 0, 12],
        OneOf("", " ", "\n", "\\n", "😀", "\U0001F40B\U0001F40B", "2026-01-01T00:00:00.000000000Z 1 o text"),
        Gen.Int[1, 3000].Select(n => new string('x', n)));

    // Lines of a container: times that stand still or go on, a gap now and then.
    private static readonly Gen<LogEntry[]> AnyEntries =
        Gen.Select(Gen.Int[0, 2], Gen.Bool, AnyText, Gen.Int[0, 30]).Array[0, 60].Select(steps =>
        {
            var position = default(OutputPosition);
            var now = 1_700_000_000_000_000_000;
            return steps.Select(s =>
            {
                position = position.Next(now += s.Item1 * 300_000_000L);
                return s.Item4 == 0 ? LogEntry.Gap(position, s.Item1 + 1, "of the test") : new LogEntry(position, s.Item2 ? OutputStream.Standard : OutputStream.Error, s.Item3);
            }).ToArray();
        });

    private static readonly int[] Counts = [1, 5, 50];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Whether logs outlive the store's object, so that a new one can be opened on them.</summary>
    protected virtual bool CanReopen => false;

    /// <summary>A new, empty store.</summary>
    protected abstract ILogStore Create();

    /// <summary>Another store on the same logs, as after a restart.</summary>
    protected virtual ILogStore Reopen() => throw new NotSupportedException();

    [Fact]
    public async Task A_log_that_nobody_wrote_is_empty()
    {
        var store = Create();

        Assert.Empty(await store.ReadAsync(Attempt, 0, default, Cancel));
        Assert.Equal(default, await store.GetEndAsync(Attempt, 0, Cancel));
        Assert.Equal(default, await store.FindLastAsync(Attempt, 0, 10, null, Cancel));
        await store.RemoveAsync(Attempt.Installation, Attempt.Attempt.Job, Cancel);
    }

    public static TheoryData<string> OddTexts =>
    [
        "", " ", "\t indented\t", "käse 模型 🐋", "a\nb", "a\\nb", "\\", "\n", "\r", "10%\r20%", "a\0b", "\0", "\x1b[31mred\x1b[0m", "\uFFFD\uFFFD",
        "\u2028\u0085", "1 o text", "2026-01-01T00:00:00.000000000Z 1 o text", new string('x', 1_000), new string('€', LogEntry.MaxTextLength),
        new string('\n', LogEntry.MaxTextLength), new string('\\', LogEntry.MaxTextLength - 1) + "\n",
    ];

    [Theory]
    [MemberData(nameof(OddTexts), DisableDiscoveryEnumeration = true)]
    public async Task A_line_comes_back_as_it_was(string text)
    {
        var store = Create();
        LogEntry[] written = [Line(1, "before"), Line(2, text), Line(3, text) with { Stream = OutputStream.Error }, Line(4, "after")];

        await store.AppendAsync(Attempt, 0, written, Cancel);

        Assert.Equal(written, await AllAsync(store));
    }

    [Fact]
    public async Task A_text_that_is_too_long_is_refused_and_nothing_of_it_is_written()
    {
        var store = Create();

        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await store.AppendAsync(Attempt, 0, [Line(1, new string('x', LogEntry.MaxTextLength + 1))], Cancel));

        Assert.Empty(await AllAsync(store));
        await store.AppendAsync(Attempt, 0, [Line(1)], Cancel);
        Assert.Equal([Line(1)], await AllAsync(store));
    }

    [Fact]
    public async Task Attempts_and_ranks_have_logs_of_their_own()
    {
        var store = Create();
        (AttemptName Attempt, int Rank)[] logs =
        [
            (Attempt, 0), (Attempt, 1), (Attempt, 11), (Attempt with { Attempt = new AttemptId(new JobId(7), 1) }, 0),
            (Attempt with { Attempt = new AttemptId(new JobId(72), 2) }, 0), (Attempt with { Installation = new InstallationId("there") }, 0),
        ];
        foreach (var (attempt, rank) in logs)
        {
            await store.AppendAsync(attempt, rank, [Line(1, $"{attempt} {rank}")], Cancel);
        }

        foreach (var (attempt, rank) in logs)
        {
            Assert.Equal([Line(1, $"{attempt} {rank}")], await store.ReadAsync(attempt, rank, default, Cancel));
        }
    }

    [Fact]
    public async Task What_is_appended_twice_is_there_once()
    {
        var store = Create();
        var lines = Enumerable.Range(1, 10).Select(i => Line(i)).ToArray();

        await store.AppendAsync(Attempt, 0, lines[..6], Cancel);
        await store.AppendAsync(Attempt, 0, lines[..6], Cancel);
        await store.AppendAsync(Attempt, 0, lines[3..8], Cancel);
        await store.AppendAsync(Attempt, 0, lines, Cancel);
        await store.AppendAsync(Attempt, 0, [], Cancel);

        Assert.Equal(lines, await AllAsync(store));
        Assert.Equal(lines[^1].Position, await store.GetEndAsync(Attempt, 0, Cancel));
    }

    [Fact]
    public async Task Lines_of_one_moment_are_told_apart_by_their_number()
    {
        var store = Create();
        var lines = Enumerable.Range(1, 10).Select(i => Line(1, $"{i}") with { Position = new OutputPosition(5, i) }).ToArray();
        await store.AppendAsync(Attempt, 0, lines[..4], Cancel);
        await store.AppendAsync(Attempt, 0, lines[2..], Cancel);

        Assert.Equal(lines, await AllAsync(store));
        Assert.Equal(lines[7..], await AllAsync(store, lines[6].Position));
    }

    [Fact]
    public async Task Reading_goes_on_at_every_position()
    {
        var store = Create();
        var lines = Enumerable.Range(1, 300).Select(i => Line(i, new string('x', i * 7))).ToArray();
        await store.AppendAsync(Attempt, 0, lines, Cancel);

        for (var read = 0; read <= lines.Length; read += 7)
        {
            var after = read == 0 ? default : lines[read - 1].Position;
            Assert.Equal(lines[read..], await AllAsync(store, after));
            // A place between two lines is a place too.
            Assert.Equal(lines[read..], await AllAsync(store, after with { Lines = int.MaxValue }));
        }
    }

    [Fact]
    public async Task The_last_lines_are_found_of_both_outputs_and_of_one()
    {
        var store = Create();
        var lines = Enumerable.Range(1, 2000).Select(i => Line(i, new string('x', i % 300)) with { Stream = i % 5 == 0 ? OutputStream.Error : OutputStream.Standard }).ToArray();
        lines[1000] = LogEntry.Gap(lines[1000].Position, 12, "of the test");
        await store.AppendAsync(Attempt, 0, lines, Cancel);

        foreach (OutputStream? stream in new OutputStream?[] { null, OutputStream.Standard, OutputStream.Error })
        {
            var wanted = lines.Where(l => stream is null || l.Missing > 0 || l.Stream == stream).ToArray();
            foreach (var count in new[] { 0, 1, 2, 9, 250, 1100, 3000 })
            {
                var place = await store.FindLastAsync(Attempt, 0, count, stream, Cancel);
                var found = (await AllAsync(store, place)).Where(l => stream is null || l.Missing > 0 || l.Stream == stream);
                Assert.Equal(wanted.TakeLast(count), found);
            }
        }
    }

    [Fact]
    public async Task Who_waits_is_woken_by_the_next_line()
    {
        var store = Create();
        var waiting = store.WaitAsync(Attempt, 0, default, Cancel).AsTask();
        await store.AppendAsync(Attempt, 0, [Line(1)], Cancel);
        await waiting;
        await store.WaitAsync(Attempt, 0, default, Cancel);

        waiting = WaitForMoreAsync(store, Line(1).Position);
        await store.AppendAsync(Attempt, 0, [Line(2)], Cancel);
        await waiting;
    }

    [Fact]
    public async Task A_token_ends_a_wait()
    {
        var store = Create();
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var waiting = WaitForMoreAsync(store, default, enough.Token);
        await enough.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public async Task A_removed_job_has_no_log_of_any_attempt_or_rank_and_others_keep_theirs()
    {
        var store = Create();
        var retry = Attempt with { Attempt = new AttemptId(new JobId(7), 3) };
        var other = Attempt with { Attempt = new AttemptId(new JobId(72), 2) };
        foreach (var (attempt, rank) in new[] { (Attempt, 0), (Attempt, 1), (retry, 0), (other, 0) })
        {
            await store.AppendAsync(attempt, rank, [Line(1)], Cancel);
        }

        await store.RemoveAsync(Attempt.Installation, Attempt.Attempt.Job, Cancel);

        Assert.Empty(await AllAsync(store));
        Assert.Empty(await store.ReadAsync(Attempt, 1, default, Cancel));
        Assert.Empty(await store.ReadAsync(retry, 0, default, Cancel));
        Assert.Equal(default, await store.GetEndAsync(Attempt, 0, Cancel));
        Assert.Equal([Line(1)], await store.ReadAsync(other, 0, default, Cancel));
        await store.AppendAsync(Attempt, 0, [Line(1, "again")], Cancel);
        Assert.Equal([Line(1, "again")], await AllAsync(store));
    }

    [Fact]
    public async Task One_writes_while_many_read_and_each_reads_every_line_once()
    {
        var store = Create();
        var lines = Enumerable.Range(1, 5000).Select(i => Line(i, $"{i} {new string('x', i % 200)}")).ToArray();
        var readers = Enumerable.Range(0, 6).Select(_ => Task.Run(
            async () =>
            {
                var read = new List<LogEntry>();
                while (read.Count < lines.Length)
                {
                    var page = await store.ReadAsync(Attempt, 0, read.Count == 0 ? default : read[^1].Position, Cancel);
                    read.AddRange(page);
                    if (page.Count == 0)
                    {
                        await store.WaitAsync(Attempt, 0, read.Count == 0 ? default : read[^1].Position, Cancel);
                    }
                }

                return read;
            },
            Cancel)).ToList();
        foreach (var batch in lines.Chunk(37))
        {
            await store.AppendAsync(Attempt, 0, batch, Cancel);
        }

        foreach (var reader in readers)
        {
            Assert.Equal(lines, await reader);
        }
    }

    [Fact]
    public async Task Any_sequence_of_appends_and_restarts_gives_back_exactly_the_lines() =>
        await Gen.Select(AnyEntries, Gen.Int[1, 20].Array[1, 30], Gen.Int[0, 3].Array[1, 30]).SampleAsync(async (entries, sizes, overlaps) =>
        {
            var store = Create();
            for (int at = 0, step = 0; at < entries.Length; step++)
            {
                var from = Math.Max(0, at - overlaps[step % overlaps.Length]);
                at = Math.Min(entries.Length, at + sizes[step % sizes.Length]);
                await store.AppendAsync(Attempt, 0, entries[from..at], Cancel);
                if (CanReopen && step % 2 == 1)
                {
                    store = Reopen();
                }

                Assert.Equal(entries[at - 1].Position, await store.GetEndAsync(Attempt, 0, Cancel));
            }

            Assert.Equal(entries, await AllAsync(store));
            foreach (var count in Counts)
            {
                Assert.Equal(entries.TakeLast(count), await AllAsync(store, await store.FindLastAsync(Attempt, 0, count, null, Cancel)));
            }

            await store.RemoveAsync(Attempt.Installation, Attempt.Attempt.Job, Cancel);
        }, iter: 200, threads: 1);

    /// <summary>A line a millisecond, of the first second of 2026.</summary>
    protected static LogEntry Line(int number, string? text = null) => new(PositionOf(number), OutputStream.Standard, text ?? $"line {number}");

    protected static OutputPosition PositionOf(int number) => new(1_767_225_600_000_000_000 + (number * 1_000_000L), 1);

    /// <summary>All that a log holds after a position.</summary>
    protected static async Task<List<LogEntry>> AllAsync(ILogStore store, OutputPosition after = default)
    {
        var all = new List<LogEntry>();
        while (await store.ReadAsync(Attempt, 0, after, Cancel) is { Count: > 0 } page)
        {
            all.AddRange(page);
            after = page[^1].Position;
        }

        return all;
    }

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static async Task WaitForMoreAsync(ILogStore store, OutputPosition after, CancellationToken? cancellationToken = null)
    {
        while ((await store.ReadAsync(Attempt, 0, after, Cancel)).Count == 0)
        {
            await store.WaitAsync(Attempt, 0, after, cancellationToken ?? Cancel);
        }
    }
}
