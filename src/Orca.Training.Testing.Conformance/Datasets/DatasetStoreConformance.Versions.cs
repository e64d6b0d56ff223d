using System.Text;
using Orca.Training.Datasets;

namespace Orca.Training.Testing.Conformance.Datasets;

/// <summary>What there is of a dataset is listed as it is, names move, and what is deleted is gone.</summary>
public abstract partial class DatasetStoreConformance
{
    [Fact]
    public async Task Datasets_and_their_versions_are_listed_the_newest_first()
    {
        var store = await NewAsync();
        Assert.Empty(await store.ListAsync(Cancel));
        Assert.Empty(await store.ListVersionsAsync("news", Cancel));
        var first = await AddAsync(store, "news", ("a", "1"));
        await AddAsync(store, "Olds", ("a", "1"), ("d/b", "22"));
        var second = await AddAsync(store, "news", ("a", "123"), ("b", "4"));
        store = await AgainAsync(store);

        Assert.Equal(["Olds", "news"], await store.ListAsync(Cancel));
        var versions = await store.ListVersionsAsync("news", Cancel);
        Assert.Equal([second, first], versions.Select(v => v.Version));
        Assert.Equal([(4L, 2), (1L, 1)], versions.Select(v => (v.Size, v.Files)));
        Assert.True(versions[0].AddedAt >= versions[1].AddedAt);
        await AddAsync(store, "news", ("a", "1"));
        Assert.Equal([first, second], (await store.ListVersionsAsync("news", Cancel)).Select(v => v.Version));
        Assert.Empty(await store.ListVersionsAsync("../news", Cancel));
    }

    [Fact]
    public async Task The_files_of_a_version_are_listed_with_size_and_hash_and_can_be_read()
    {
        var store = await NewAsync();
        var version = await AddAsync(store, "news", ("d/b", "käse"), ("a", ""));

        Assert.Equal([new SnapshotFile("a", 0, HashOf("")), new SnapshotFile("d/b", 5, HashOf("käse"))], await store.ListFilesAsync(version, Cancel));
        await using (var stream = await store.OpenFileAsync(version, "d/b", Cancel))
        {
            using var reader = new StreamReader(stream, Encoding.UTF8);
            Assert.Equal("käse", await reader.ReadToEndAsync(Cancel));
        }

        await Assert.ThrowsAsync<DatasetException>(() => store.OpenFileAsync(version, "c", Cancel));
        await Assert.ThrowsAsync<DatasetException>(() => store.OpenFileAsync(version, "../manifest.json", Cancel));
        await Assert.ThrowsAsync<DatasetException>(() => store.ListFilesAsync(version with { DatasetId = "olds" }, Cancel));
    }

    [Fact]
    public async Task A_tag_names_one_version_moves_to_another_and_can_be_taken_away()
    {
        var store = await NewAsync();
        var first = await AddAsync(store, "news", ("a", "1"));
        var second = await AddAsync(store, "news", ("a", "2"));

        await store.TagAsync(first, "reviewed", Cancel);
        await store.TagAsync(first, "other", Cancel);
        Assert.Equal(first, await store.ResolveAsync("news", "reviewed", Cancel));
        await store.TagAsync(second, "reviewed", Cancel);
        Assert.Equal(second, await (await AgainAsync(store)).ResolveAsync("news", "reviewed", Cancel));
        Assert.Equal([(second, "reviewed"), (first, "other")], (await store.ListVersionsAsync("news", Cancel)).Select(v => (v.Version, Assert.Single(v.Tags))));

        await store.RemoveTagAsync("news", "reviewed", Cancel);
        await store.RemoveTagAsync("news", "reviewed", Cancel);
        await store.RemoveTagAsync("nobody", "reviewed", Cancel);
        Assert.Null(await store.ResolveAsync("news", "reviewed", Cancel));
        foreach (var wrong in new[] { "", "..", "a/b", new string('a', 64), new string('a', 129) })
        {
            await Assert.ThrowsAsync<DatasetException>(() => store.TagAsync(first, wrong, Cancel));
        }

        await Assert.ThrowsAsync<DatasetException>(() => store.TagAsync(first with { DatasetId = "olds" }, "x", Cancel));
    }

    [Fact]
    public async Task A_deleted_version_is_gone_with_its_tags_and_the_one_before_is_the_newest()
    {
        var store = await NewAsync();
        var first = await AddAsync(store, "news", ("a", "1"));
        var second = await AddAsync(store, "news", ("a", "2"));
        var other = await AddAsync(store, "olds", ("a", "2"));
        await store.TagAsync(second, "reviewed", Cancel);
        await store.OpenAsync(second, Cancel);

        Assert.True(await store.DeleteAsync(second, Cancel));
        Assert.False(await store.DeleteAsync(second, Cancel));

        Assert.Null(await store.ResolveAsync("news", second.Hash, Cancel));
        Assert.Null(await store.ResolveAsync("news", "reviewed", Cancel));
        await Assert.ThrowsAsync<DatasetException>(() => store.OpenAsync(second, Cancel));
        Assert.Equal(first, await store.ResolveAsync("news", "", Cancel));
        Assert.Equal([("a", "2")], await OpenAsync(store, other));
        Assert.True(await store.DeleteAsync(first, Cancel));
        Assert.Null(await store.ResolveAsync("news", "", Cancel));
        Assert.Equal(["olds"], await store.ListAsync(Cancel));
        Assert.Equal(second, await AddAsync(store, "news", ("a", "2")));
        Assert.Equal([("a", "2")], await OpenAsync(store, second));
    }

    [Fact]
    public async Task A_version_that_is_added_while_it_is_deleted_is_there_whole_or_not_at_all()
    {
        var store = await NewAsync();
        var other = await AgainAsync(store);
        var version = await AddAsync(store, "news", ("a", "1"), ("d/b", "2"));

        for (var round = 0; round < 10; round++)
        {
            await Task.WhenAll(Task.Run(() => store.DeleteAsync(version, Cancel), Cancel), Task.Run(() => AddAsync(other, "news", ("a", "1"), ("d/b", "2")), Cancel));

            if (await store.ResolveAsync("news", version.Hash, Cancel) is not null)
            {
                Assert.Equal([("a", "1"), ("d/b", "2")], await OpenAsync(store, version));
            }
        }
    }
}
