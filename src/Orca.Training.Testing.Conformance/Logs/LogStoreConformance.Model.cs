using CsCheck;
using Orca.Training.Jobs;
using Orca.Training.Logs;
using Orca.Training.Machines;

namespace Orca.Training.Testing.Conformance.Logs;

/// <summary>A store against a model of it that is too simple to be wrong: a list of entries for each log.</summary>
public abstract partial class LogStoreConformance
{
    private const int Logs = 4;

    private static readonly Gen<string> AnyText = Gen.OneOf(
        Gen.String[Gen.Char.AlphaNumeric, 0, 40],
        Gen.String[OneOf('\n', '\r', '\\', '\0', '\t', ' ', 'n', '\x1b', 'ä', '€', '\uFFFD', '\u2028', '\u0085'), 0, 12],
        OneOf("", " ", "\n", "\\n", "😀", "\U0001F40B\U0001F40B", "2026-01-01T00:00:00.000000000Z 1 o text"),
        Gen.Int[1, 3000].Select(n => new string('x', n)));

    // Lines of a container: times that stand still or go on, a gap now and then.
    private static readonly Gen<LogEntry[]> AnyEntries =
        Gen.Select(Gen.Int[0, 2], Gen.Bool, AnyText, Gen.Int[0, 30]).Array[40, 60].Select(steps =>
        {
            var position = default(OutputPosition);
            var now = 1_700_000_000_000_000_000;
            return steps.Select(s =>
            {
                position = position.Next(now += s.Item1 * 300_000_000L);
                return s.Item4 == 0 ? LogEntry.Gap(position, s.Item1 + 1, "of the test") : new LogEntry(position, s.Item2 ? OutputStream.Standard : OutputStream.Error, s.Item3);
            }).ToArray();
        });

    private static readonly Gen<(Does Does, int Log, int Size, int Back)> AnyStep = Gen.Select(
        Gen.Frequency((6, Gen.Const(Does.Append)), (2, Gen.Const(Does.Read)), (2, Gen.Const(Does.FindLast)), (1, Gen.Const(Does.Reopen)), (1, Gen.Const(Does.Remove))),
        Gen.Int[0, Logs - 1],
        Gen.Int[0, 20],
        Gen.Int[0, 6]);

    [Fact]
    public async Task Any_operations_leave_each_log_as_they_leave_the_model()
    {
        var store = await NewAsync();
        var jobs = 0;
        await Gen.Select(AnyEntries, AnyStep.Array[1, 40]).SampleAsync(
            async (entries, steps) => await CompareAsync(store, 2 * Interlocked.Increment(ref jobs), entries, steps),
            iter: GeneratedSequences);
    }

    /// <summary>Two jobs with two logs each, which nobody else writes.</summary>
    private async Task CompareAsync(ILogStore store, int firstJob, LogEntry[] entries, (Does Does, int Log, int Size, int Back)[] steps)
    {
        var model = Enumerable.Range(0, Logs).Select(_ => new List<LogEntry>()).ToArray();
        var written = new int[Logs];
        foreach (var (does, log, size, back) in steps)
        {
            var (attempt, rank, expected) = (NameOf(log), log % 2, model[log]);
            switch (does)
            {
                case Does.Append:
                    var from = Math.Max(0, written[log] - back);
                    written[log] = Math.Min(entries.Length, written[log] + size);
                    var batch = entries[Math.Min(from, written[log])..written[log]];
                    await store.AppendAsync(attempt, rank, batch, Cancel);
                    expected.AddRange(batch.Where(e => expected.Count == 0 || e.Position > expected[^1].Position).ToList());
                    break;
                case Does.Read:
                    var read = Math.Max(0, expected.Count - size);
                    Assert.Equal(expected.Skip(read), await AllAsync(store, read == 0 ? default : expected[read - 1].Position, attempt, rank));
                    break;
                case Does.FindLast:
                    OutputStream? stream = (back % 3) switch { 0 => null, 1 => OutputStream.Standard, _ => OutputStream.Error };
                    bool Counts(LogEntry e) => stream is null || e.Missing > 0 || e.Stream == stream;
                    var place = await store.FindLastAsync(attempt, rank, size, stream, Cancel);
                    Assert.Equal(expected.Where(Counts).TakeLast(size), (await AllAsync(store, place, attempt, rank)).Where(Counts));
                    break;
                case Does.Reopen:
                    store = await AgainAsync(store);
                    break;
                default:
                    await store.RemoveAsync(attempt.Installation, attempt.Attempt.Job, Cancel);
                    model[log - rank].Clear();
                    model[log - rank + 1].Clear();
                    break;
            }

            Assert.Equal(expected.Count == 0 ? default : expected[^1].Position, await store.GetEndAsync(attempt, rank, Cancel));
        }

        for (var log = 0; log < Logs; log++)
        {
            Assert.Equal(model[log], await AllAsync(store, default, NameOf(log), log % 2));
        }

        AttemptName NameOf(int log) => new(Attempt.Installation, new AttemptId(new JobId(firstJob + (log / 2)), 1 + (log % 2)));
    }

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private enum Does
    {
        Append,
        Read,
        FindLast,
        Reopen,
        Remove,
    }
}
