using System.Text;
using CsCheck;
using Orca.Training.Datasets;
using Orca.Training.Tests.Shared;

namespace Orca.Training.Tests.Datasets;

public sealed class DatasetManifestTests
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    private static readonly Gen<SnapshotFile> File = Gen.Select(Gen.Char["ab/.ä模\"\\ "].Array[1, 12], Gen.Long[0, long.MaxValue], Gen.Byte.Array[32])
        .Select((name, size, hash) => new SnapshotFile(new string(name), size, Convert.ToHexStringLower(hash)));

    private static readonly Gen<string> Token = Gen.Int[0, 15].Select(i => new[]
    {
        "{", "}", "[", "]", ",", ":", "\"files\":", "\"name\":", "\"size\":", "\"sha256\":", "\"a\"", "1", "1e99", "\"\\ud800\"", "null", "\uFEFF",
    }[i]);

    [Fact]
    public Task Whatever_manifest_is_written_the_same_is_read() =>
        File.Array[0, 5].FuzzedAsync(async files =>
        {
            var written = new DatasetManifest(files);
            var read = await DatasetManifest.ReadAsync(new MemoryStream(await BytesOfAsync(written)), Cancel);
            Assert.Equal(written.Files, read!.Files);
            Assert.Equal(written.Hash, read.Hash);
        });

    [Fact]
    public Task A_manifest_that_was_damaged_anywhere_is_another_one_or_none() =>
        Gen.Select(File.Array[1, 3], Gen.Int[0, 2000], Gen.Byte, Gen.Int[0, 2000]).FuzzedAsync(async x =>
        {
            var bytes = await BytesOfAsync(new DatasetManifest(x.Item1));
            bytes[x.Item2 % bytes.Length] = x.Item3;
            _ = await DatasetManifest.ReadAsync(new MemoryStream(bytes), Cancel);
            _ = await DatasetManifest.ReadAsync(new MemoryStream(bytes[..(x.Item4 % bytes.Length)]), Cancel);
        });

    [Fact]
    public Task What_is_no_manifest_is_none_whatever_it_is() =>
        Token.Array[0, 30].FuzzedAsync(tokens => DatasetManifest.ReadAsync(new MemoryStream(Encoding.UTF8.GetBytes(string.Concat(tokens))), Cancel));

    private static async Task<byte[]> BytesOfAsync(DatasetManifest manifest)
    {
        using var stream = new MemoryStream();
        await manifest.WriteAsync(stream, Cancel);
        return stream.ToArray();
    }
}
