using static System.FormattableString;

namespace Orca.Training.Files;

/// <summary>
/// Removes folders for good: each is renamed aside in one step, so that from one moment on nobody finds anything of it, and deleted there.
/// </summary>
/// <remarks>
/// A crash in between leaves a folder aside; the next removal, of whatever, deletes it. Several processes may remove at once: what another
/// one deletes at that moment is no error.
/// </remarks>
internal sealed class FolderRemoval
{
    // Of what others left and could not be deleted: once tried, it waits for whoever it belonged to, or each removal would try it anew.
    private const int MostStuck = 10_000;

    // Of one folder that came back each time after a removal had crashed.
    private const int MaxAside = 256;

    // Locked.
    private readonly HashSet<string> _stuck = new(StringComparer.Ordinal);

    /// <summary>Removes folders. Those that are not there are no error.</summary>
    /// <param name="aside">Where they are put until they are deleted: a folder on the same file system, under a name that nothing else has.</param>
    /// <param name="owner">Whose they are: all that was put aside under this name must be gone at the end, while others' leftovers may stay.</param>
    /// <param name="folders">Their paths, with last names that differ.</param>
    /// <param name="cancellationToken">Gives up between two entries; the next removal goes on.</param>
    /// <exception cref="IOException">The disk does not let go of one of them.</exception>
    public void Remove(string aside, string owner, IEnumerable<string> folders, CancellationToken cancellationToken)
    {
        var own = Path.Combine(aside, owner + ".");
        try
        {
            foreach (var folder in folders)
            {
                cancellationToken.ThrowIfCancellationRequested();
                PutAside(folder, aside, own);
            }

            // First its own, which must be gone; others' leftovers may be anything.
            var left = Directory.Exists(aside) ? Directory.GetDirectories(aside) : [];
            foreach (var folder in left.OrderByDescending(f => f.StartsWith(own, StringComparison.Ordinal)))
            {
                cancellationToken.ThrowIfCancellationRequested();
                Delete(folder, isOwn: folder.StartsWith(own, StringComparison.Ordinal), cancellationToken);
            }
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException($"Files of '{owner}' that are to be removed belong to another user: {e.Message}", e);
        }
    }

    private static void PutAside(string folder, string aside, string own)
    {
        for (var number = 1; Directory.Exists(folder); number++)
        {
            var place = Invariant($"{own}{Path.GetFileName(folder)}.{number}");
            if (number < MaxAside && Directory.Exists(place))
            {
                continue;
            }

            Directory.CreateDirectory(aside);
            try
            {
                Directory.Move(folder, place);
                return;
            }
            catch (IOException) when (!Directory.Exists(folder) || (number < MaxAside && Directory.Exists(place)))
            {
                // Another removal was faster, with this folder or with that place.
            }
        }
    }

    private void Delete(string folder, bool isOwn, CancellationToken cancellationToken)
    {
        if (!isOwn && IsStuck(folder))
        {
            return;
        }

        try
        {
            FolderTree.Delete(folder, cancellationToken);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException || !Directory.Exists(folder))
        {
            // Another removal is deleting it, or has done so.
        }
        catch (Exception e) when (!isOwn && (e is IOException or UnauthorizedAccessException))
        {
            // It costs room only, and whoever it belonged to asks for it again.
            lock (_stuck)
            {
                _stuck.Add(folder);
            }
        }
    }

    private bool IsStuck(string folder)
    {
        lock (_stuck)
        {
            return _stuck.Count >= MostStuck || _stuck.Contains(folder);
        }
    }
}
