namespace Orca.Training;

/// <summary>
/// The free space that is kept on the disks of the data folder and of the job store's file, so that a training that fills a disk is
/// stopped before the service fails. Read when the host starts.
/// </summary>
public sealed class DiskOptions
{
    /// <summary>
    /// The free space that a start of a training needs, in MiB; at most 5 % of a small disk. 0 turns the check off. Default 1024.
    /// </summary>
    public int KeepFreeMiB { get; set; } = 1024;

    /// <summary>
    /// Below this free space, in MiB, the training that fills the disk is stopped, and the files of failed jobs are removed; at most 2 %
    /// of a small disk. Default 256.
    /// </summary>
    public int StopBelowMiB { get; set; } = 256;

    /// <summary>How often a disk with little free space is checked; one with more space is checked less often. Default 2 s.</summary>
    public TimeSpan Period { get; set; } = TimeSpan.FromSeconds(2);
}
