using Orca.Training.Datasets;

namespace Orca.Training.Testing.Conformance.Datasets;

/// <summary>A version that is deleted is gone, and nothing else is.</summary>
public abstract partial class DatasetStoreConformance
{
    [Fact]
    public async Task Nothing_is_left_of_a_deleted_version_and_all_of_the_others()
    {
        var store = await NewAsync();
        (string, string)[] files = [("a", "1"), ("d/b", "2")];
        var gone = await AddAsync(store, "news", files);
        var left = await AddAsync(store, "news", ("a", "1"), ("d/b", "3"));
        var elsewhere = await AddAsync(store, "olds", files);
        await store.OpenAsync(gone, Cancel);
        await store.TagAsync(gone, "reviewed", Cancel);
        await store.TagAsync(left, "kept", Cancel);

        Assert.True(await store.DeleteAsync(gone, Cancel));

        Assert.Null(await store.ResolveAsync("news", gone.Hash, Cancel));
        Assert.Null(await store.ResolveAsync("news", "reviewed", Cancel));
        await Assert.ThrowsAsync<DatasetException>(() => store.OpenAsync(gone, Cancel));
        await Assert.ThrowsAsync<DatasetException>(() => store.ListFilesAsync(gone, Cancel));
        await Assert.ThrowsAsync<DatasetException>(() => store.OpenFileAsync(gone, "a", Cancel));
        await Assert.ThrowsAsync<DatasetException>(() => store.TagAsync(gone, "again", Cancel));
        Assert.Equal([left], (await store.ListVersionsAsync("news", Cancel)).Select(d => d.Version));
        Assert.Equal(left, await store.ResolveAsync("news", "kept", Cancel));
        Assert.Equal([("a", "1"), ("d/b", "3")], await OpenAsync(store, left));
        Assert.Equal(files, await OpenAsync(store, elsewhere));
    }

    [Fact]
    public async Task A_version_that_is_added_again_after_its_deletion_is_whole_and_has_no_tags()
    {
        var store = await NewAsync();
        var version = await AddAsync(store, "news", ("a", "1"), ("d/b", "2"));
        await store.OpenAsync(version, Cancel);
        await store.TagAsync(version, "reviewed", Cancel);
        await store.DeleteAsync(version, Cancel);

        Assert.Equal(version, await AddAsync(store, "news", ("a", "1"), ("d/b", "2")));

        Assert.Equal([("a", "1"), ("d/b", "2")], await OpenAsync(store, version));
        Assert.Null(await store.ResolveAsync("news", "reviewed", Cancel));
        Assert.Empty(Assert.Single(await store.ListVersionsAsync("news", Cancel)).Tags);
    }

    [Fact]
    public async Task When_the_newest_is_deleted_the_newest_of_the_rest_is_the_newest()
    {
        var store = await NewAsync();
        var one = await AddAsync(store, "news", ("a", "1"));
        var two = await AddAsync(store, "news", ("a", "2"));
        var three = await AddAsync(store, "news", ("a", "3"));
        await AddAsync(store, "news", ("a", "1"));
        foreach (var newest in new[] { one, three, two })
        {
            Assert.Equal(newest, await (await AgainAsync(store)).ResolveAsync("news", "", Cancel));
            Assert.True(await store.DeleteAsync(newest, Cancel));
        }

        Assert.Null(await store.ResolveAsync("news", "", Cancel));
    }

    [Fact]
    public async Task A_dataset_whose_versions_are_all_deleted_is_not_listed()
    {
        var store = await NewAsync();
        var version = await AddAsync(store, "news", ("a", "1"));
        await store.TagAsync(version, "reviewed", Cancel);
        await AddAsync(store, "olds", ("a", "1"));

        await store.DeleteAsync(version, Cancel);

        Assert.Equal(["olds"], await (await AgainAsync(store)).ListAsync(Cancel));
        Assert.Empty(await store.ListVersionsAsync("news", Cancel));
        Assert.Equal(version, await AddAsync(store, "news", ("a", "1")));
        Assert.Equal(["news", "olds"], await store.ListAsync(Cancel));
    }

    [Fact]
    public async Task Deleting_again_and_deleting_nothing_are_no_errors_and_said()
    {
        var store = await NewAsync();
        var version = await AddAsync(store, "news", ("a", "1"));
        await AddAsync(store, "news", ("a", "2"));
        foreach (var unknown in Unknown(version))
        {
            Assert.False(await store.DeleteAsync(unknown, Cancel));
        }

        Assert.True(await store.DeleteAsync(version, Cancel));
        Assert.False(await store.DeleteAsync(version, Cancel));
        Assert.False(await (await AgainAsync(store)).DeleteAsync(version, Cancel));
    }

    [Fact]
    public async Task A_version_that_is_deleted_while_it_is_added_again_is_there_afterwards()
    {
        var store = await NewAsync();
        var other = await AgainAsync(store);
        var version = await AddAsync(store, "news", ("a", "1"), ("b", "2"));
        await store.OpenAsync(version, Cancel);
        var deleting = new DatasetFile("b", async _ =>
        {
            await other.DeleteAsync(version, Cancel);
            return new MemoryStream("2"u8.ToArray());
        });

        Assert.Equal(version, await store.AddAsync("news", [FileOf("a", "1"), deleting], Cancel));

        Assert.Equal(version, await store.ResolveAsync("news", "", Cancel));
        Assert.Equal([("a", "1"), ("b", "2")], await OpenAsync(store, version));
    }

    [Fact]
    public async Task Adds_and_deletions_of_a_version_at_once_leave_all_of_it_or_nothing()
    {
        var store = await NewAsync();
        var other = await AgainAsync(store);
        (string, string)[] files = [("a", "1"), ("d/b", new string('2', 100_000)), ("d/c", "3")];
        var old = await AddAsync(store, "news", ("a", "old"));
        for (var round = 0; round < 10; round++)
        {
            var version = await AddAsync(store, "news", files);

            await Task.WhenAll(Enumerable.Range(0, 6).Select(i => Task.Run(async () =>
            {
                var one = i % 2 == 0 ? store : other;
                await (i % 3 == 0 ? one.DeleteAsync(version, Cancel) : (Task)AddAsync(one, "news", files));
            }, Cancel)));

            var found = await store.ResolveAsync("news", version.Hash, Cancel);
            if (found is not null)
            {
                Assert.Equal(files, await OpenAsync(other, version));
            }

            Assert.Equal(found ?? old, await other.ResolveAsync("news", "", Cancel));
            Assert.Equal(found is null ? [old] : [version, old], (await store.ListVersionsAsync("news", Cancel)).Select(d => d.Version));
        }
    }
}
