using Orca.Training.Jobs;
using Orca.Training.Scheduling.Capacity;

namespace Orca.Training.EndToEnd.Tests;

/// <summary>A full disk on a host, of outputs that come as copies, and of those that are mounted beside the job store.</summary>
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

    [Fact]
    public async Task A_training_that_fills_the_disk_of_the_job_store_is_the_one_that_ends_and_room_comes_back()
    {
        var disk = Directory.CreateTempSubdirectory("orca-disk-");
        await Repository.RunScriptAsync("small-disk.sh", ["up", disk.FullName, "65536"], engine: null, Cancel);
        try
        {
            await using var service = await Service.StartAsync(
                o => o.Disk.Period = TimeSpan.FromMilliseconds(500),
                docker: o => o.Delivery = FolderDelivery.Mount,
                folder: disk.FullName,
                build: b => b.UseSqlite($"Data Source={Path.Combine(disk.FullName, "jobs.db")}").UseCapacityPolicy(CapacityPolicies.Jobs(2)));
            var neighbour = await service.RunAsync("""dd if=/dev/zero of="$ORCA_OUTPUT_PATH/model" bs=64k count=64; echo '{"orca":"progress","done":1,"total":1}'; while [ ! -e "$ORCA_CHECKPOINT_PATH/go" ]; do sleep 0.2; done""");
            await service.WaitAsync(neighbour, s => s.Progress.Done is 1);

            // It takes whatever room there is again at once.
            var flood = await service.RunAsync("""while true; do cat /dev/zero >> "$ORCA_OUTPUT_PATH/flood"; sleep 0.1; done 2>/dev/null""");
            var next = await service.RunAsync("true");
            var ended = await service.FinishAsync(flood);

            Assert.Equal((JobState.Failed, OutcomeCode.DiskFull), (ended.State, ended.Outcome?.Code));
            Assert.StartsWith("The training filled the disk of its host", ended.Outcome!.Message, StringComparison.Ordinal);
            File.WriteAllText(Path.Combine(Directory.GetDirectories(disk.FullName, "checkpoint", SearchOption.AllDirectories).Single(f => f.Contains($"/{neighbour}/", StringComparison.Ordinal)), "go"), "");
            Assert.Equal(JobState.Succeeded, (await service.FinishAsync(neighbour)).State);
            Assert.Equal(JobState.Succeeded, (await service.FinishAsync(next)).State);
            Assert.InRange(new DriveInfo(disk.FullName).AvailableFreeSpace, 32 << 20, 64 << 20);
        }
        finally
        {
            await Repository.RunScriptAsync("small-disk.sh", ["down", disk.FullName], engine: null, CancellationToken.None);
            disk.Delete();
        }
    }
}
