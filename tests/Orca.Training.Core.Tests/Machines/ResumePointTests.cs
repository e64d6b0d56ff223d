using CsCheck;
using Orca.Training.Jobs;
using Orca.Training.Machines;

namespace Orca.Training.Tests.Machines;

public sealed class ResumePointTests
{
    [Fact]
    public void From_any_position_exactly_the_lines_after_it_are_new() =>
        Gen.Select(Gen.Int[0, 2].Array[0, 30], Gen.Int[0, 30]).Sample((steps, read) =>
        {
            // Lines in order, many of the same time, each with a text of its own.
            var time = 1L;
            var lines = steps.Select((step, i) => new OutputLine(OutputStream.Standard, time += step, $"{i}")).ToList();
            read = Math.Min(read, lines.Count);
            var position = read == 0
                ? default
                : new OutputPosition(lines[read - 1].Timestamp, lines.Take(read).Count(l => l.Timestamp == lines[read - 1].Timestamp));
            var resume = ResumePoint.For(position);

            Assert.Equal(lines.Skip(read), lines.Where(l => resume.IsNew(l)));
        });
}
