using Orca.Training.Disk;

namespace Orca.Training.Tests.Disk;

/// <summary>When a disk is too full, and whose fault that is.</summary>
public sealed class DiskRuleTests
{
    private const long MiB = 1 << 20;

    private static readonly DiskRule Rule = new(KeepFree: 1024 * MiB, StopBelow: 256 * MiB);

    [Theory]
    [InlineData(100_000, 2000, nameof(DiskVerdict.Ample))]
    [InlineData(100_000, 1000, nameof(DiskVerdict.Low))]
    [InlineData(100_000, 200, nameof(DiskVerdict.Full))]
    [InlineData(100_000, 0, nameof(DiskVerdict.Full))]
    [InlineData(1000, 51, nameof(DiskVerdict.Ample))]
    [InlineData(1000, 49, nameof(DiskVerdict.Low))]
    [InlineData(1000, 19, nameof(DiskVerdict.Full))]
    public void Marks_are_sizes_and_on_a_small_disk_shares_of_it(int total, int free, string verdict) =>
        Assert.Equal(verdict, Rule.Judge(Reading(total, free), DiskVerdict.Ample).ToString());

    [Fact]
    public void Starts_do_not_come_and_go_at_the_mark()
    {
        Assert.Equal(DiskVerdict.Low, Rule.Judge(Reading(100_000, 1100), DiskVerdict.Low));
        Assert.Equal(DiskVerdict.Low, Rule.Judge(Reading(100_000, 1100), DiskVerdict.Full));
        Assert.Equal(DiskVerdict.Ample, Rule.Judge(Reading(100_000, 1400), DiskVerdict.Low));
    }

    [Fact]
    public void The_next_look_comes_before_a_disk_can_be_full()
    {
        var period = TimeSpan.FromSeconds(2);

        Assert.Equal(period, Rule.NextLook(Reading(64, 60), period));
        Assert.Equal(period, Rule.NextLook(Reading(100_000, 0), period));
        Assert.InRange(Rule.NextLook(Reading(100_000, 41_984), period), TimeSpan.FromSeconds(19), TimeSpan.FromSeconds(21));
        Assert.Equal(TimeSpan.FromMinutes(1), Rule.NextLook(Reading(10_000_000, 9_000_000), period));
    }

    [Fact]
    public void What_grew_most_fills_the_disk_and_not_what_is_largest()
    {
        Assert.Equal("flood", DiskRule.Filler<string>([new("old", 900, 1), new("flood", 300, 300), new("none", 0, 0)])?.Owner);
        Assert.Equal("larger", DiskRule.Filler<string>([new("small", 1, 0), new("larger", 2, 0)])?.Owner);
        Assert.Null(DiskRule.Filler<string>([new("none", 0, 0)]));
        Assert.Null(DiskRule.Filler<string>([]));
    }

    [Fact]
    public void A_file_with_holes_counts_with_what_it_takes()
    {
        var folder = Directory.CreateTempSubdirectory("orca-use-");
        try
        {
            using (var sparse = File.Create(Path.Combine(folder.FullName, "sparse")))
            {
                sparse.SetLength(1L << 40);
            }

            File.WriteAllBytes(Path.Combine(folder.FullName, "file"), new byte[100_000]);

            Assert.InRange(FolderUse.Of(folder.FullName, TestContext.Current.CancellationToken), 100_000, 10_000_000);
            Assert.Equal(0, FolderUse.Of(Path.Combine(folder.FullName, "none"), TestContext.Current.CancellationToken));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static DiskReading Reading(int total, int free) => new("/data", 1, free * MiB, total * MiB);
}
