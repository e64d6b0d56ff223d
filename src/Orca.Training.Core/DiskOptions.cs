namespace Orca.Training;

/// <summary>
/// What is kept free on the disks of the data folder and of the job store's file, so that a training that fills them ends, and not the
/// service. Read when the host starts.
/// </summary>
public sealed class DiskOptions
{
    /// <summary>How much has to be free for trainings to start, in MiB; on a small disk no more than 5 % of it. 0: nothing is looked at. Default 1024.</summary>
    public int KeepFreeMiB { get; set; } = 1024;

    /// <summary>
    /// With less than this free, in MiB, the training that fills the disk is ended, and what failed ones left is removed; on a small disk no
    /// more than 2 % of it. Default 256.
    /// </summary>
    public int StopBelowMiB { get; set; } = 256;

    /// <summary>How often it is looked at a disk that may soon be full; one with more room is looked at less often. Default 2 s.</summary>
    public TimeSpan Period { get; set; } = TimeSpan.FromSeconds(2);
}
