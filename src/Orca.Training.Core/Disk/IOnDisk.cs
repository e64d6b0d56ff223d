namespace Orca.Training.Disk;

/// <summary>A store that keeps what it has on a disk of this host.</summary>
internal interface IOnDisk
{
    /// <summary>The folder; it need not be there yet.</summary>
    string Folder { get; }
}
