using Orca.Training.Jobs;

namespace Orca.Training.EndToEnd.Tests;

public sealed class FullDiskTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(FolderDelivery.Mount)]
    [InlineData(FolderDelivery.Copy)]
    public async Task A_disk_that_is_full_of_one_training_s_output_fails_that_training_and_says_why(FolderDelivery delivery)
    {
        var disk = Directory.CreateTempSubdirectory("orca-disk-");
        await Repository.RunScriptAsync("small-disk.sh", ["up", disk.FullName, "512"], engine: null, Cancel);
        try
        {
            await using var service = await Service.StartAsync(docker: o => o.Delivery = delivery, folder: disk.FullName);
            var large = await service.RunAsync("""set -e; dd if=/dev/zero of="$ORCA_OUTPUT_PATH/model" bs=64k count=32; echo '{"orca":"progress","done":1,"total":1}'; sleep 60""");
            if (delivery == FolderDelivery.Copy)
            {
                // There is room for it in the container; that the host has none shows when it is fetched, and is tried for as long as may be.
                await service.WaitAsync(large, s => s.Progress.Done is 1);
                await service.Client.CancelTrainingAsync(large, Cancel);
            }

            var next = await service.RunAsync("true");
            var status = await service.FinishAsync(large);

            if (delivery == FolderDelivery.Mount)
            {
                Assert.Equal(OutcomeCode.NonZeroExit, status.Outcome!.Code);
                Assert.Contains("No space left on device", status.Message, StringComparison.Ordinal);
            }
            else
            {
                Assert.Equal(JobState.Cancelled, status.State);
                Assert.Empty(Directory.GetDirectories(disk.FullName, "*.arriving", SearchOption.AllDirectories));
                Assert.Equal(JobState.Succeeded, (await service.FinishAsync(next)).State);
            }
        }
        finally
        {
            await Repository.RunScriptAsync("small-disk.sh", ["down", disk.FullName], engine: null, CancellationToken.None);
            disk.Delete();
        }
    }
}
