using CsCheck;
using Orca.Training.Artifacts;
using Orca.Training.Files;
using Orca.Training.Jobs;
using Orca.Training.Machines;
using Orca.Training.Tests.Files;
using Orca.Training.Tests.Shared;

namespace Orca.Training.Tests.Machines;

/// <summary>Archives that a training made, some of which no engine would send.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class FolderArchiveTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_link_and_a_folder_whose_names_only_look_alike_lead_nothing_outside()
    {
        var outside = Directory.CreateDirectory(_folder["outside"]).FullName;
        var tar = new Archive().Add('5', "c/").Add('2', "c/\xFE", target: outside).Add('5', "c/\xFF").Add('0', "c/\xFF/file", "evil");

        Assert.Equal("The training left 'c/\\xFE', whose name is not UTF-8: use another name.", (await RefusedAsync(tar)).Message);
        Assert.Empty(Directory.GetFileSystemEntries(outside));
    }

    public static TheoryData<string, string> Refused => new()
    {
        { "a file twice", "twice" },
        { "a folder twice", "twice" },
        { "a file, then a folder", "twice" },
        { "a link, then a folder", "twice" },
        { "a link, then what is below it", "in a folder that is not in the output" },
        { "a file, then what is below it", "in a folder that is not in the output" },
        { "no folder of it", "in a folder that is not in the output" },
        { "a step up", "not a path below its folder" },
        { "a step up in the midst", "not a path below its folder" },
        { "a path from the root", "not a path below its folder" },
        { "a path from the root by pax", "not a path below its folder" },
        { "a NUL by pax", "not a path below its folder" },
        { "a hard link to a link", "a hard link to a file that is not in the output" },
        { "a hard link through a link", "in a folder that is not in the output" },
        { "a hard link to the host", "not a path below its folder" },
        { "a device", "not a file, folder or link" },
        { "a sparse file", "not a file, folder or link" },
        { "a part of 256 bytes", "has a part longer than 255" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task What_no_engine_sends_is_refused(string what, string sentence)
    {
        File.WriteAllText(_folder["secret"], "secret");
        var error = await RefusedAsync(what switch
        {
            "a file twice" => new Archive().Add('0', "c/a", "1").Add('0', "c/a", "2"),
            "a folder twice" => new Archive().Add('5', "c/a/").Add('5', "c/a/"),
            "a file, then a folder" => new Archive().Add('0', "c/a", "1").Add('5', "c/a/"),
            "a link, then a folder" => new Archive().Add('2', "c/a", target: _folder.Path).Add('5', "c/a/"),
            "a link, then what is below it" => new Archive().Add('2', "c/a", target: _folder.Path).Add('0', "c/a/secret", "1"),
            "a file, then what is below it" => new Archive().Add('0', "c/a", "1").Add('0', "c/a/b", "1"),
            "no folder of it" => new Archive().Add('0', "c/a/b", "1"),
            "a step up" => new Archive().Add('0', "../secret", "1"),
            "a step up in the midst" => new Archive().Add('5', "c/a/").Add('0', "c/a/../../secret", "1"),
            "a path from the root" => new Archive().Add('0', "/etc/secret", "1"),
            "a path from the root by pax" => new Archive().Pax("path", _folder["secret"]).Add('0', "c/a", "1"),
            "a NUL by pax" => new Archive().Pax("path", "c/a\0b").Add('0', "c/a", "1"),
            "a hard link to a link" => new Archive().Add('2', "c/a", target: _folder["secret"]).Add('1', "c/b", target: "c/a"),
            "a hard link through a link" => new Archive().Add('2', "c/a", target: _folder.Path).Add('1', "c/b", target: "c/a/secret"),
            "a hard link to the host" => new Archive().Add('1', "c/b", target: _folder["secret"]),
            "a device" => new Archive().Add('3', "c/a"),
            "a sparse file" => new Archive().Pax("GNU.sparse.major", "1").Add('0', "c/a", "1"),
            _ => new Archive().Pax("path", "c/" + new string('n', 256)).Add('0', "c/a", "1"),
        });

        Assert.Contains(sentence, error.Message, StringComparison.Ordinal);
        Assert.Equal("secret", File.ReadAllText(_folder["secret"]));
    }

    public static TheoryData<string> Broken => ["cut in a header", "cut in a file", "without its end", "a wrong sum", "a size of pax below zero", "a header of 2 MiB", "headers without end", "a size that is none"];

    [Theory]
    [MemberData(nameof(Broken))]
    public async Task A_stream_that_is_broken_replaces_nothing(string what)
    {
        File.WriteAllText(Path.Combine(Directory.CreateDirectory(_folder["c"]).FullName, "old"), "old");
        var good = new Archive().Add('0', "c/a", "content").End();
        var tar = what switch
        {
            "cut in a header" => good[..100],
            "cut in a file" => good[..515],
            "without its end" => good[..1024],
            "a wrong sum" => [(byte)'x', .. good[1..]],
            "a size of pax below zero" => new Archive().Pax("size", "-1").Add('0', "c/a").End(),
            "a header of 2 MiB" => new Archive().Add('x', "pax", size: 2 << 20).End(),
            "headers without end" => Enumerable.Range(0, 100).Aggregate(new Archive(), (a, _) => a.Pax("path", "c/b")).Add('0', "c/a").End(),
            _ => new Archive().Pax("size", "many").Add('0', "c/a").End(),
        };

        await Assert.ThrowsAsync<IOException>(() => UnpackAsync(tar));
        Assert.Equal(["c", "c/old"], Left());
    }

    [Fact]
    public async Task Long_names_come_in_both_formats_and_links_pipes_and_second_names_stay_what_they_are()
    {
        var name = new string('n', 120);
        await UnpackAsync(new Archive().Add('5', "c/").Pax("path", $"c/{name}p").Add('0', "short", "pax").Add('L', "././@LongLink", $"c/{name}g\0").Add('0', "short", "gnu")
            .Add('0', "c/f", "file").Add('1', "c/second", target: "c/f").Add('2', "c/link", target: "f").Add('6', "c/pipe").End());

        Assert.Equal(["c", "c/f", "c/link", $"c/{name}g", $"c/{name}p", "c/pipe", "c/second"], Left());
        Assert.Equal(("gnu", "pax", "file"), (File.ReadAllText(_folder[$"c/{name}g"]), File.ReadAllText(_folder[$"c/{name}p"]), File.ReadAllText(_folder["c/second"])));
        Assert.Equal(FileStatus.Of(_folder["c/f"]).Inode, FileStatus.Of(_folder["c/second"]).Inode);
        Assert.Equal((FileKind.SymbolicLink, FileKind.Pipe), (FileStatus.Of(_folder["c/link"]).Kind, FileStatus.Of(_folder["c/pipe"]).Kind));
    }

    [Fact]
    public async Task More_than_may_be_left_is_refused_before_it_is_written()
    {
        var limits = ArtifactLimits.Default with { Bytes = 10, Entries = 3, Depth = 2 };
        foreach (var tar in new[]
        {
            new Archive().Add('0', "c/a", size: 1L << 32),
            new Archive().Pax("size", long.MaxValue.ToString(System.Globalization.CultureInfo.InvariantCulture)).Add('0', "c/a"),
            new Archive().Add('0', "c/a", "123456").Add('1', "c/b", target: "c/a"),
            new Archive().Add('0', "c/a").Add('0', "c/b").Add('0', "c/d").Add('0', "c/e"),
            new Archive().Add('5', "c/a/").Add('5', "c/a/b/").Add('5', "c/a/b/d/"),
        })
        {
            var error = await Assert.ThrowsAsync<ArtifactException>(() => UnpackAsync(tar.End(), limits));
            Assert.Equal(OutcomeCode.ArtifactTooLarge, error.Code);
            Assert.Empty(Left());
        }
    }

    [Fact]
    public async Task Holes_stay_holes()
    {
        const int Size = 32 << 20;
        await UnpackAsync([.. new Archive().Add('0', "c/a", size: Size).End()[..512], .. new byte[Size - 4], 1, 2, 3, 4, .. new byte[1024]]);

        var content = File.ReadAllBytes(_folder["c/a"]);
        Assert.Equal((Size, (byte)4), (content.Length, content[^1]));
        using var du = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("du", ["-k", _folder["c/a"]]) { RedirectStandardOutput = true })!;
        var used = await du.StandardOutput.ReadToEndAsync(Cancel);
        Assert.InRange(int.Parse(used.Split('\t')[0], System.Globalization.CultureInfo.InvariantCulture), 0, 1024);
    }

    private static readonly Gen<string> AnyName = Gen.Int[0, 7].Select(i => new[] { "a", "A", "\xFE", "\xFF", "a\u0301", "..", ".", "b" }[i]).Array[1, 3].Select(n => string.Join('/', n));

    private static readonly Gen<(char Type, string Name, string Target)> AnyEntry = Gen.Select(Gen.Char["0512671x"], AnyName, AnyName, (type, name, target) => (type, name, target));

    [Fact]
    public Task Whatever_entries_come_nothing_outside_is_touched() =>
        AnyEntry.Array[1, 8].FuzzedAsync(async entries =>
        {
            using var place = new TempFolder();
            var outside = Directory.CreateDirectory(place["outside"]).FullName;
            File.WriteAllText(place["outside/a"], "host");
            var tar = entries.Aggregate(new Archive().Add('5', "c/"), (archive, e) => archive.Add(
                e.Type, "c/" + e.Name, e.Type is '0' or 'x' ? "evil" : "", e.Type is '2' ? "../outside" : "c/" + e.Target)).End();
            try
            {
                await FolderArchive.ReplaceAsync(place["c"], new MemoryStream(tar), ArtifactLimits.Default, Cancel);
            }
            catch (Exception e) when (e is ArtifactException or IOException)
            {
                Assert.False(Directory.Exists(place["c"]));
            }

            Assert.Equal("host", File.ReadAllText(Path.Combine(Assert.Single(Directory.GetFileSystemEntries(outside)))));
            Assert.False(Directory.Exists(place["c.arriving"]));
        }, cases: 100);

    [Fact]
    public Task A_stream_that_is_damaged_anywhere_is_unpacked_or_refused() =>
        Gen.Select(AnyEntry.Array[1, 4], Gen.Int[0, 4000], Gen.Byte, Gen.Int[0, 4000]).FuzzedAsync(async x =>
        {
            using var place = new TempFolder();
            var tar = x.Item1.Aggregate(new Archive(), (archive, e) => archive.Add(e.Type, "c/" + e.Name, "content", e.Target)).End();
            tar[x.Item2 % tar.Length] = x.Item3;
            try
            {
                await FolderArchive.ReplaceAsync(place["c"], new MemoryStream(tar[..(tar.Length - (x.Item4 % 1024))]), ArtifactLimits.Default with { Bytes = 4096 }, Cancel);
            }
            catch (Exception e) when (e is ArtifactException or IOException)
            {
            }
        }, cases: 100);

    [Fact]
    public async Task What_is_sent_into_a_container_follows_no_link_and_has_no_name_that_is_no_text()
    {
        File.WriteAllText(_folder["secret"], "secret");
        using (var folder = FolderHandle.Open(Directory.CreateDirectory(_folder["in"]).FullName))
        {
            folder.CreateSymbolicLink(new EntryName("link"), Archive.Bytes("../secret"));
            using var tar = new MemoryStream();
            await WriteAsync(tar);
            tar.Position = 0;
            await FolderArchive.ReplaceAsync(_folder["out"], tar, ArtifactLimits.Default, Cancel);
            Assert.Equal("../secret", new FileInfo(_folder["out/link"]).LinkTarget);
            folder.CreateFile(new EntryName([0xFF]), UnixFileMode.UserRead).Dispose();
        }

        var error = await Assert.ThrowsAsync<ArtifactException>(() => WriteAsync(Stream.Null));
        Assert.Equal("The training left '\\xFF', whose name is not UTF-8: use another name.", error.Message);

        Task WriteAsync(Stream tar) => FolderArchive.WriteAsync(_folder["in"], "in", tar, new ArchiveOwner(1, 1), isReadOnly: false, Cancel);
    }

    private async Task<ArtifactException> RefusedAsync(Archive tar)
    {
        var error = await Assert.ThrowsAsync<ArtifactException>(() => UnpackAsync(tar.End()));
        Assert.False(Directory.Exists(_folder["c"]));
        return error;
    }

    private Task UnpackAsync(byte[] tar, ArtifactLimits? limits = null) =>
        FolderArchive.ReplaceAsync(_folder["c"], new MemoryStream(tar), limits ?? ArtifactLimits.Default, Cancel);

    private List<string> Left() => [.. FolderTree.Walk(_folder.Path).Select(e => e.Name).Order(StringComparer.Ordinal)];
}
