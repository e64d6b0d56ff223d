using Orca.Training.Jobs;
using Orca.Training.Logs;
using Orca.Training.Machines;

namespace Orca.Training.Testing.Conformance.Logs;

/// <summary>
/// The conformance suite of log stores. Derive a class from it, and override the method that creates an empty store. The suite runs
/// hand-written cases, and generated operations that are compared with a model, many in parallel.
/// </summary>
public abstract partial class LogStoreConformance : StoreConformance<ILogStore>
{
    private protected static readonly AttemptName Attempt = new(new InstallationId("here"), new AttemptId(new JobId(7), 2));

    [Fact]
    public async Task A_log_that_nobody_wrote_is_empty()
    {
        var store = await NewAsync();

        Assert.Empty(await store.ReadAsync(Attempt, 0, default, Cancel));
        Assert.Equal(default, await store.GetEndAsync(Attempt, 0, Cancel));
        Assert.Equal(default, await store.FindLastAsync(Attempt, 0, 10, null, Cancel));
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
        var store = await NewAsync();
        LogEntry[] written = [Line(1, "before"), Line(2, text), Line(3, text) with { Stream = OutputStream.Error }, Line(4, "after")];

        await store.AppendAsync(Attempt, 0, written, Cancel);

        Assert.Equal(written, await AllAsync(store));
    }

    [Fact]
    public async Task A_text_that_is_too_long_is_refused_and_nothing_of_it_is_written()
    {
        var store = await NewAsync();

        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await store.AppendAsync(Attempt, 0, [Line(1, new string('x', LogEntry.MaxTextLength + 1))], Cancel));

        Assert.Empty(await AllAsync(store));
        await store.AppendAsync(Attempt, 0, [Line(1)], Cancel);
        Assert.Equal([Line(1)], await AllAsync(store));
    }

    [Fact]
    public async Task Attempts_and_ranks_have_logs_of_their_own()
    {
        var store = await NewAsync();
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
        var store = await NewAsync();
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
        var store = await NewAsync();
        var lines = Enumerable.Range(1, 10).Select(i => Line(1, $"{i}") with { Position = new OutputPosition(5, i) }).ToArray();
        await store.AppendAsync(Attempt, 0, lines[..4], Cancel);
        await store.AppendAsync(Attempt, 0, lines[2..], Cancel);

        Assert.Equal(lines, await AllAsync(store));
        Assert.Equal(lines[7..], await AllAsync(store, lines[6].Position));
    }

    [Fact]
    public async Task Reading_goes_on_at_every_position()
    {
        var store = await NewAsync();
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
        var store = await NewAsync();
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
        var store = await NewAsync();
        var waiting = store.WaitAsync(Attempt, 0, default, Cancel).AsTask();
        await store.AppendAsync(Attempt, 0, [Line(1)], Cancel);
        await waiting.WaitAsync(Cancel);
        await store.WaitAsync(Attempt, 0, default, Cancel);

        waiting = WaitForMoreAsync(store, Line(1).Position);
        await store.AppendAsync(Attempt, 0, [Line(2)], Cancel);
        await waiting.WaitAsync(Cancel);
    }

    [Fact]
    public async Task A_token_ends_a_wait()
    {
        var store = await NewAsync();
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var waiting = WaitForMoreAsync(store, default, enough.Token);
        await enough.CancelAsync();
        await Task.WhenAny(waiting).WaitAsync(Cancel);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public async Task One_writes_while_many_read_and_each_reads_every_line_once()
    {
        var store = await NewAsync();
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

    /// <summary>A line a millisecond, of the first second of 2026.</summary>
    private protected static LogEntry Line(int number, string? text = null) => new(PositionOf(number), OutputStream.Standard, text ?? $"line {number}");

    private protected static OutputPosition PositionOf(int number) => new(1_767_225_600_000_000_000 + (number * 1_000_000L), 1);

    /// <summary>All that a log holds after a position.</summary>
    private protected async Task<List<LogEntry>> AllAsync(ILogStore store, OutputPosition after = default, AttemptName? attempt = null, int rank = 0)
    {
        var all = new List<LogEntry>();
        while (await store.ReadAsync(attempt ?? Attempt, rank, after, Cancel) is { Count: > 0 } page)
        {
            all.AddRange(page);
            after = page[^1].Position;
        }

        return all;
    }

    private async Task WaitForMoreAsync(ILogStore store, OutputPosition after, CancellationToken? cancellationToken = null)
    {
        while ((await store.ReadAsync(Attempt, 0, after, Cancel)).Count == 0)
        {
            await store.WaitAsync(Attempt, 0, after, cancellationToken ?? Cancel);
        }
    }
}
