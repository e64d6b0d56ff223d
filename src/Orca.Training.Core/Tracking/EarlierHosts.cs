using Microsoft.Extensions.Logging;
using Orca.Training.Diagnostics;
using Orca.Training.Disk;

namespace Orca.Training.Tracking;

/// <summary>
/// The files of hosts that kept their jobs in memory. This host marks its own as in use for as long as it lives, and looks for those of hosts
/// that have ended: it tells how much they take, or removes them.
/// </summary>
internal sealed class EarlierHosts(IEnumerable<object> stores, bool remove, ILogger logger) : IDisposable
{
    // Less than a unit of the message is nothing to act on: folders alone, or logs without a line.
    private const long LeastTold = 1024;

    // Whether a file is locked is known of one machine's own folders.
    private readonly IInstallationFolders[] _stores = [.. stores.OfType<IInstallationFolders>().Where(s => !s.IsShared)];
    private readonly List<InstallationMark> _marks = [];

    /// <param name="ownInstallation">This host's installation, if it ends with the host.</param>
    /// <param name="cancellationToken">Gives up; the next start looks again.</param>
    public void Look(string? ownInstallation, CancellationToken cancellationToken)
    {
        try
        {
            if (ownInstallation is not null && !TryMark(ownInstallation))
            {
                return;
            }

            var (count, bytes) = new EndedInstallations(_stores).Clear(remove, cancellationToken);
            if (count > 0 && remove)
            {
                logger.LeftoverFilesRemoved(DiskRule.Size(bytes), count);
            }
            else if (count > 0 && bytes >= LeastTold)
            {
                logger.LeftoverFilesFound(DiskRule.Size(bytes), count, string.Join(" and ", _stores.Select(s => s.Folder)));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // They cost room only, and the next start looks again.
            logger.LeftoverFilesNotRemoved(e);
        }
    }

    public void Dispose() => _marks.ForEach(m => m.Dispose());

    private bool TryMark(string installation)
    {
        foreach (var store in _stores)
        {
            if (InstallationMark.Set(store, installation) is not { } mark)
            {
                return false;
            }

            _marks.Add(mark);
        }

        return true;
    }
}
