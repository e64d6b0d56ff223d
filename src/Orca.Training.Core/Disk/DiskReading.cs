using Orca.Training.Files;

namespace Orca.Training.Disk;

/// <summary>How much room a disk has.</summary>
/// <param name="Folder">A folder on it.</param>
/// <param name="Device">What tells it from other disks.</param>
/// <param name="Free">Bytes that this process may still write there.</param>
/// <param name="Total">Bytes in all.</param>
internal readonly record struct DiskReading(string Folder, ulong Device, long Free, long Total)
{
    /// <summary>Looks at the disk of a folder, or of the first folder above it that is there.</summary>
    /// <exception cref="IOException">The system does not say.</exception>
    public static DiskReading Of(string folder)
    {
        var there = Path.GetFullPath(folder);
        while (!Directory.Exists(there) && Path.GetDirectoryName(there) is { } above)
        {
            there = above;
        }

        try
        {
            var disk = new DriveInfo(there);
            return new DiskReading(folder, FileStatus.Of(there).Device, disk.AvailableFreeSpace, disk.TotalSize);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException($"The free space on the disk of '{there}' cannot be read: {e.Message}", e);
        }
    }
}
