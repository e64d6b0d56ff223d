namespace Orca.Training.Sqlite.Database;

/// <summary>Whether the database's disk has room for what is new; asked with each submission, so that the reserve stays for what is under way.</summary>
internal sealed class DiskRoom(string folder)
{
    private const long ShortBelow = 16L << 20;

    private readonly DriveInfo _disk = new(folder);
    private long _total;

    public bool IsShort
    {
        get
        {
            try
            {
                _total = _total == 0 ? _disk.TotalSize : _total;
                return _disk.AvailableFreeSpace < Math.Min(ShortBelow, _total / 50);
            }
            catch (IOException)
            {
                // What is wrong with it the write itself will tell.
                return false;
            }
        }
    }
}
