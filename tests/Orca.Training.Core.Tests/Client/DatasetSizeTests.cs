using Orca.Training.Client;
using Orca.Training.Datasets;

namespace Orca.Training.Tests.Client;

public sealed class DatasetSizeTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task All_files_together_hold_no_more_than_a_dataset_may()
    {
        var size = new DatasetSize(new RequestLimits { DatasetMiB = 1 });
        await ReadAsync(size.Counted(FileOf("a", 1 << 19)));

        var refusal = await Assert.ThrowsAsync<TrainingException>(() => ReadAsync(size.Counted(FileOf("b", (1 << 19) + 1))));

        Assert.Equal("files: With 'b' the files have more than 1 MiB, the limit of a dataset: give less, or raise OrcaTraining:Limits:DatasetMiB.", refusal.Message);
    }

    private static DatasetFile FileOf(string name, int size) => new(name, _ => ValueTask.FromResult<Stream>(new MemoryStream(new byte[size])));

    private static async Task ReadAsync(DatasetFile file)
    {
        await using var stream = await file.Open(Cancel);
        await stream.CopyToAsync(Stream.Null, Cancel);
    }
}
