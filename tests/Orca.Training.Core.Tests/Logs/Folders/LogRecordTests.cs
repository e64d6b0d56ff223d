using CsCheck;
using Orca.Training.Jobs;
using Orca.Training.Logs;
using Orca.Training.Logs.Folders;
using Orca.Training.Machines;
using Orca.Training.Tests.Shared;

namespace Orca.Training.Tests.Logs.Folders;

public sealed class LogRecordTests
{
    private static readonly Gen<string> Piece = Gen.Int[0, 9].Select(i => new[] { "\n", "\\", "n", "\r", " ", "ä", "\u0000", "x", "\U0001F600", "" }[i]);

    private static readonly Gen<LogEntry> Entry = Gen.Select(
        Gen.Long[0, 9_000_000_000_000_000_000], Gen.Int[1, int.MaxValue], Gen.Bool, Gen.Long[-1, 3], Piece.Array[0, 20]).Select((at, lines, isError, missing, text) =>
            new LogEntry(new OutputPosition(at, lines), isError ? OutputStream.Error : OutputStream.Standard, string.Concat(text), Math.Max(0, missing)));

    [Fact]
    public void Whatever_entry_is_written_the_same_is_read() =>
        Entry.Fuzzed(entry =>
        {
            var (record, length) = Written(entry);
            Assert.InRange(length, 1, LogRecord.MaxLengthOf(entry));
            Assert.DoesNotContain((byte)'\n', record);
            Assert.True(LogRecord.TryRead(record, out var read));
            Assert.Equal(entry with { Stream = entry.Missing > 0 ? read.Stream : entry.Stream }, read);
        });

    /// <summary>A log's file may have been torn by a crash, or edited by hand.</summary>
    [Fact]
    public void A_record_that_was_damaged_anywhere_is_read_or_refused_and_throws_nothing() =>
        Gen.Select(Entry, Gen.Int[0, 60], Gen.Byte, Gen.Int[0, 60]).Fuzzed(x =>
        {
            var (entry, at, value, kept) = x;
            var record = Written(entry).Record;
            record[at % record.Length] = value;
            _ = LogRecord.TryRead(record, out _);
            _ = LogRecord.TryRead(record.AsSpan(0, Math.Min(kept, record.Length)), out _);
        }, cases: 2000);

    private static (byte[] Record, int Length) Written(LogEntry entry)
    {
        var buffer = new byte[LogRecord.MaxLengthOf(entry)];
        var length = LogRecord.Write(entry, buffer);
        Assert.Equal((byte)'\n', buffer[length - 1]);
        return (buffer[..(length - 1)], length);
    }
}
