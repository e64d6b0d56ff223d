using System.Runtime.Versioning;

namespace Orca.Training.Sqlite.Tests;

/// <summary>Whom a database's files are open to.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class RightsTests : IDisposable
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly StoreFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false, UnixFileMode.None)]
    [InlineData(true, UnixFileMode.GroupRead | UnixFileMode.OtherRead)]
    public async Task A_databases_files_are_the_hosts_alone_unless_others_are_to_read_them(bool canRead, UnixFileMode others)
    {
        var file = _folder.NewFile();
        await using var store = StoreFolder.Open(file, configure: o => o.OtherUsersCanRead = canRead);
        await store.AcquireLeaseAsync("here", TimeSpan.FromMinutes(1), Cancel);

        Assert.All(["", "-wal", "-shm"], e => Assert.Equal(Owner | others, File.GetUnixFileMode(file + e)));
        Assert.Equal(Owner, File.GetUnixFileMode(file + "-host"));
    }

    [Fact]
    public async Task What_an_earlier_version_left_open_is_closed()
    {
        var file = _folder.NewFile();
        File.WriteAllText(file, "");
        File.SetUnixFileMode(file, (UnixFileMode)0b110_110_110);
        File.WriteAllText(file + "-host", "");
        File.SetUnixFileMode(file + "-host", (UnixFileMode)0b110_100_100);

        await using var store = StoreFolder.Open(file);
        await store.GetInstallationAsync(Cancel);

        Assert.All(["", "-wal", "-shm", "-host"], e => Assert.Equal(Owner, File.GetUnixFileMode(file + e)));
    }
}
