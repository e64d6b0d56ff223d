namespace Orca.Training.Disk;

/// <summary>A store whose folder has a folder for each installation, under the installation's name.</summary>
internal interface IInstallationFolders : IOnDisk
{
    /// <summary>Whether other users of the machine can read what is there.</summary>
    bool OthersCanRead { get; }

    /// <summary>Whether several machines use the folder.</summary>
    bool IsShared { get; }
}
