using Orca.Training.Jobs;

namespace Orca.Training.EndToEnd.Tests;

/// <summary>A full disk on a host that gets outputs as copies. Where they are mounted, it is a row of the exit matrix.</summary>
public sealed class FullDiskTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_output_that_finds_no_room_on_the_host_waits_for_it_and_can_be_cancelled()
    {
        var disk = Directory.CreateTempSubdirectory("orca-disk-");
        await Repository.RunScriptAsync("small-disk.sh", ["up", disk.FullName, "512"], engine: null, Cancel);
        try
        {
            await using var service = await Service.StartAsync(docker: o => o.Delivery = FolderDelivery.Copy, folder: disk.FullName);
            var large = await service.RunAsync("""set -e; dd if=/dev/zero of="$ORCA_OUTPUT_PATH/model" bs=64k count=32; echo '{"orca":"progress","done":1,"total":1}'; sleep 60""");

            // There is room for it in the container; that the host has none shows when it is fetched, and is tried for as long as may be.
            await service.WaitAsync(large, s => s.Progress.Done is 1);
            await service.Client.CancelTrainingAsync(large, Cancel);
            var next = await service.RunAsync("true");

            Assert.Equal(JobState.Cancelled, (await service.FinishAsync(large)).State);
            Assert.Empty(Directory.GetDirectories(disk.FullName, "*.arriving", SearchOption.AllDirectories));
            Assert.Equal(JobState.Succeeded, (await service.FinishAsync(next)).State);
        }
        finally
        {
            await Repository.RunScriptAsync("small-disk.sh", ["down", disk.FullName], engine: null, CancellationToken.None);
            disk.Delete();
        }
    }
}
