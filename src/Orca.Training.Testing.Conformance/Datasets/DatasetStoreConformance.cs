using System.Security.Cryptography;
using System.Text;
using Orca.Training.Datasets;

namespace Orca.Training.Testing.Conformance.Datasets;

/// <summary>
/// The conformance suite of dataset stores. Derive a class from it, and override the methods that create an empty store and that read a
/// snapshot as a training does. The suite runs hand-written cases, and generated operations that are compared with a model, many in
/// parallel.
/// </summary>
public abstract partial class DatasetStoreConformance : StoreConformance<IDatasetStore>
{
    /// <summary>Reads all files of a snapshot by name, as a training does.</summary>
    /// <param name="place">What <see cref="IDatasetStore.OpenAsync"/> gave.</param>
    protected abstract ValueTask<IReadOnlyDictionary<string, byte[]>> ReadFilesAsync(Uri place);

    /// <summary>Changes a file of a snapshot without the store, and without changing its length.</summary>
    /// <param name="place">What <see cref="IDatasetStore.OpenAsync"/> gave.</param>
    /// <param name="name">The file.</param>
    protected abstract ValueTask DamageAsync(Uri place, string name);

    [Fact]
    public async Task An_added_version_resolves_and_opens_with_exactly_its_files()
    {
        var store = await NewAsync();
        (string, string)[] files = [("train.csv", "a,b\n"), ("images/1/x.txt", "käse 🐋"), ("images/empty", ""), ("a b#%.txt", "odd")];

        var version = await AddAsync(store, "news", files);

        Assert.Equal("news", version.DatasetId);
        store = await AgainAsync(store);
        Assert.Equal(version, await store.ResolveAsync("news", version.Hash, Cancel));
        Assert.Equal(files.OrderBy(f => f.Item1, StringComparer.Ordinal), await OpenAsync(store, version));
    }

    [Fact]
    public async Task A_file_may_be_larger_than_any_buffer()
    {
        var store = await NewAsync();
        var content = new byte[3_000_001];
        new Random(1).NextBytes(content);

        var version = await store.AddAsync("news", [new DatasetFile("x", _ => ValueTask.FromResult<Stream>(new MemoryStream(content)))], Cancel);

        Assert.Equal(content, (await ReadFilesAsync(await store.OpenAsync(version, Cancel)))["x"]);
    }

    [Fact]
    public async Task The_version_is_the_documented_hash_of_names_and_contents()
    {
        var store = await NewAsync();

        // A line for each file in the order of their names: the content's hash, its length, the name.
        var expected = HashOf($"{HashOf("1")} 1 a\n{HashOf("xy")} 2 d/b\n");

        Assert.Equal(expected, (await AddAsync(store, "news", ("d/b", "xy"), ("a", "1"))).Hash);
    }

    [Fact]
    public async Task The_order_in_which_files_are_given_does_not_matter_but_names_do()
    {
        var store = await NewAsync();
        var one = await AddAsync(store, "news", ("a", "1"), ("b", "2"));
        Assert.Equal(one, await AddAsync(store, "news", ("b", "2"), ("a", "1")));
        Assert.NotEqual(one, await AddAsync(store, "news", ("a", "2"), ("b", "1")));
    }

    [Fact]
    public async Task The_newest_version_is_the_one_that_was_added_last()
    {
        var store = await NewAsync();
        Assert.Null(await store.ResolveAsync("news", "", Cancel));
        var one = await AddAsync(store, "news", ("a", "1"));
        var two = await AddAsync(store, "news", ("a", "2"));
        Assert.Equal(two, await store.ResolveAsync("news", "", Cancel));
        await AddAsync(store, "news", ("a", "1"));
        await AddAsync(store, "olds", ("a", "3"));
        Assert.Equal(one, await store.ResolveAsync("news", "", Cancel));
        Assert.Equal(one, await (await AgainAsync(store)).ResolveAsync("news", "", Cancel));
    }

    [Fact]
    public async Task A_version_stays_as_it_was_when_others_are_added()
    {
        var store = await NewAsync();
        var one = await AddAsync(store, "news", ("a", "1"), ("b", "2"));
        await AddAsync(store, "news", ("a", "changed"));
        await AddAsync(store, "olds", ("b", "changed"));

        Assert.Equal([("a", "1"), ("b", "2")], await OpenAsync(store, one));
    }

    [Fact]
    public async Task Unknown_datasets_and_versions_resolve_to_nothing_and_do_not_open()
    {
        var store = await NewAsync();
        var version = await AddAsync(store, "news", ("a", "1"));
        await AddAsync(store, "olds", ("a", "2"));
        foreach (var hash in new[] { version.Hash[..12], version.Hash.ToUpperInvariant(), "../news/" + version.Hash, new string('0', 64), "newest" })
        {
            Assert.Null(await store.ResolveAsync("news", hash, Cancel));
            await Assert.ThrowsAsync<DatasetException>(() => store.OpenAsync(new DatasetVersion("news", hash), Cancel));
        }

        Assert.Null(await store.ResolveAsync("other", "", Cancel));
        Assert.Null(await store.ResolveAsync("olds", version.Hash, Cancel));
        await Assert.ThrowsAsync<DatasetException>(() => store.OpenAsync(version with { DatasetId = "olds" }, Cancel));
    }

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("../news")]
    [InlineData("~adding")]
    [InlineData("naïve")]
    [InlineData("a b")]
    [InlineData("a\0b")]
    public async Task An_id_that_is_none_is_refused_and_never_resolves(string id)
    {
        var store = await NewAsync();
        await Assert.ThrowsAsync<DatasetException>(() => AddAsync(store, id, ("a", "1")));
        Assert.Null(await store.ResolveAsync(id, "", Cancel));
        Assert.Null(await store.ResolveAsync(id, new string('a', 64), Cancel));
    }

    [Theory]
    [InlineData("")]
    [InlineData("../x")]
    [InlineData("a/../x")]
    [InlineData("./x")]
    [InlineData("/etc/passwd")]
    [InlineData("a\\b")]
    [InlineData("a//b")]
    [InlineData("a/")]
    [InlineData("a\nb")]
    [InlineData("CON")]
    [InlineData("train/nul.csv")]
    [InlineData("com1.tar.gz")]
    [InlineData("LPT\u00b9")]
    [InlineData("aux .txt")]
    [InlineData("conin$")]
    [InlineData("a\\..\\b")]
    [InlineData("b.")]
    [InlineData("b /c")]
    [InlineData("a:b")]
    [InlineData("what?")]
    public async Task A_file_name_that_is_none_is_refused_and_nothing_is_stored(string name)
    {
        var store = await NewAsync();

        var error = await Assert.ThrowsAsync<DatasetException>(() => AddAsync(store, "news", ("a", "1"), (name, "2")));

        Assert.Equal(name, error.File);
        Assert.Null(await store.ResolveAsync("news", "", Cancel));
    }

    [Fact]
    public async Task No_files_and_names_that_clash_are_refused()
    {
        var store = await NewAsync();
        await Assert.ThrowsAsync<DatasetException>(() => AddAsync(store, "news"));
        await Assert.ThrowsAsync<DatasetException>(() => AddAsync(store, "news", ("a", "1"), ("a", "2")));
        await Assert.ThrowsAsync<DatasetException>(() => AddAsync(store, "news", ("a/b/c", "1"), ("a/b", "2")));
        Assert.Null(await store.ResolveAsync("news", "", Cancel));
    }

    [Theory]
    [InlineData("Train.csv", "train.csv")]
    [InlineData("a/1", "A/2")]
    [InlineData("caf\u00e9", "cafe\u0301")]
    [InlineData("\u00c9t\u00e9", "e\u0301te\u0301")]
    [InlineData("a", "A/b")]
    public async Task Names_that_some_file_system_takes_for_one_are_refused(string first, string second)
    {
        var store = await NewAsync();

        var error = await Assert.ThrowsAsync<DatasetException>(() => AddAsync(store, "news", (first, "1"), (second, "2")));

        Assert.Equal(second, error.File);
        Assert.Null(await store.ResolveAsync("news", "", Cancel));
    }

    private protected static DatasetFile FileOf(string name, string text) =>
        new(name, _ => ValueTask.FromResult<Stream>(new MemoryStream(Encoding.UTF8.GetBytes(text))));

    private Task<DatasetVersion> AddAsync(IDatasetStore store, string id, params (string Name, string Text)[] files) =>
        store.AddAsync(id, [.. files.Select(f => FileOf(f.Name, f.Text))], Cancel);

    private async Task<IEnumerable<(string, string)>> OpenAsync(IDatasetStore store, DatasetVersion version) =>
        (await ReadFilesAsync(await store.OpenAsync(version, Cancel)))
            .OrderBy(f => f.Key, StringComparer.Ordinal)
            .Select(f => (f.Key, Encoding.UTF8.GetString(f.Value)))
            .ToList();

    private static string HashOf(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
