using System.Text;
using Orca.Training.Datasets;

namespace Orca.Training.Testing.Conformance.Datasets;

/// <summary>What there is can be listed and read.</summary>
public abstract partial class DatasetStoreConformance
{
    [Fact]
    public async Task Datasets_are_listed_in_the_order_of_their_ids()
    {
        var store = await NewAsync();
        Assert.Empty(await store.ListAsync(Cancel));
        foreach (var id in new[] { "b", "a10", "B", "a2" })
        {
            await AddAsync(store, id, ("a", "1"));
        }

        Assert.Equal(["B", "a10", "a2", "b"], await store.ListAsync(Cancel));
        Assert.Equal(["B", "a10", "a2", "b"], await (await AgainAsync(store)).ListAsync(Cancel));
    }

    [Fact]
    public async Task Versions_are_listed_from_the_one_that_was_added_last()
    {
        var store = await NewAsync();
        var one = await AddAsync(store, "news", ("a", "1"));
        var two = await AddAsync(store, "news", ("a", "22"), ("d/b", "333"));
        var three = await AddAsync(store, "news", ("a", ""));
        await AddAsync(store, "olds", ("a", "4"));
        await AddAsync(store, "news", ("a", "1"));

        var listed = await (await AgainAsync(store)).ListVersionsAsync("news", Cancel);

        Assert.Equal([(one, 1, 1), (three, 0, 1), (two, 5, 2)], listed.Select(d => (d.Version, d.Size, d.Files)));
        Assert.All(listed, d => Assert.Empty(d.Tags));
        Assert.Empty(await store.ListVersionsAsync("other", Cancel));
        Assert.Empty(await store.ListVersionsAsync("../news", Cancel));
    }

    [Fact]
    public async Task When_a_version_was_added_is_told()
    {
        var store = await NewAsync();
        await AddAsync(store, "news", ("a", "1"));
        await AddAsync(store, "news", ("a", "2"));

        // The store's clock may be another machine's.
        var now = TimeProvider.System.GetUtcNow();
        Assert.All(await store.ListVersionsAsync("news", Cancel), d => Assert.InRange(d.AddedAt, now.AddDays(-1), now.AddDays(1)));
    }

    [Fact]
    public async Task The_files_of_a_version_are_listed_by_name_with_size_and_hash()
    {
        var store = await NewAsync();
        var version = await AddAsync(store, "news", ("d/b", "käse"), ("a", ""), ("B", "1"));
        SnapshotFile[] expected = [new("B", 1, HashOf("1")), new("a", 0, HashOf("")), new("d/b", 5, HashOf("käse"))];

        Assert.Equal(expected, await store.ListFilesAsync(version, Cancel));
        Assert.Equal(expected, await (await AgainAsync(store)).ListFilesAsync(version, Cancel));
        foreach (var unknown in Unknown(version))
        {
            await Assert.ThrowsAsync<DatasetException>(() => store.ListFilesAsync(unknown, Cancel));
        }
    }

    [Fact]
    public async Task A_file_of_a_version_is_read_by_its_name()
    {
        var store = await NewAsync();
        var text = string.Concat(Enumerable.Repeat("utterance,label\n", 20_000));
        var version = await AddAsync(store, "news", ("a", "1"), ("d/b", text), ("d/empty", ""));

        Assert.Equal("1", await ReadAsync(store, version, "a"));
        Assert.Equal(text, await ReadAsync(store, version, "d/b"));
        Assert.Equal("", await ReadAsync(store, version, "d/empty"));
        foreach (var name in new[] { "", "b", "d", "D/b", "./a", "d/../a", "../manifest.json", "/etc/passwd" })
        {
            var error = await Assert.ThrowsAsync<DatasetException>(() => store.OpenFileAsync(version, name, Cancel));
            Assert.Equal(name, error.File);
        }

        foreach (var unknown in Unknown(version))
        {
            await Assert.ThrowsAsync<DatasetException>(() => store.OpenFileAsync(unknown, "a", Cancel));
        }
    }

    private static DatasetVersion[] Unknown(DatasetVersion version) =>
        [version with { DatasetId = "olds" }, version with { DatasetId = "../news" }, version with { Hash = new string('0', 64) }, version with { Hash = "" }];

    private async Task<string> ReadAsync(IDatasetStore store, DatasetVersion version, string name)
    {
        await using var stream = await store.OpenFileAsync(version, name, Cancel);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return await reader.ReadToEndAsync(Cancel);
    }
}
