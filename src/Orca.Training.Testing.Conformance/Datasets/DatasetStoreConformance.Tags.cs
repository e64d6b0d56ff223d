using Orca.Training.Datasets;

namespace Orca.Training.Testing.Conformance.Datasets;

/// <summary>A tag names one version of its dataset at a time.</summary>
public abstract partial class DatasetStoreConformance
{
    [Fact]
    public async Task A_version_resolves_by_its_tag_until_that_is_moved_or_removed()
    {
        var store = await NewAsync();
        var one = await AddAsync(store, "news", ("a", "1"));
        var two = await AddAsync(store, "news", ("a", "2"));
        Assert.Null(await store.ResolveAsync("news", "reviewed", Cancel));

        await store.TagAsync(one, "reviewed", Cancel);
        Assert.Equal(one, await store.ResolveAsync("news", "reviewed", Cancel));
        Assert.Equal(two, await store.ResolveAsync("news", "", Cancel));

        await store.TagAsync(two, "reviewed", Cancel);
        store = await AgainAsync(store);
        Assert.Equal(two, await store.ResolveAsync("news", "reviewed", Cancel));

        await store.RemoveTagAsync("news", "reviewed", Cancel);
        await store.RemoveTagAsync("news", "reviewed", Cancel);
        await store.RemoveTagAsync("other", "../reviewed", Cancel);
        Assert.Null(await store.ResolveAsync("news", "reviewed", Cancel));
        Assert.Equal(two, await store.ResolveAsync("news", two.Hash, Cancel));
    }

    [Fact]
    public async Task A_version_is_listed_with_its_tags_in_their_order()
    {
        var store = await NewAsync();
        var one = await AddAsync(store, "news", ("a", "1"));
        var two = await AddAsync(store, "news", ("a", "2"));
        foreach (var tag in new[] { "b", "a10", "B", "moved" })
        {
            await store.TagAsync(one, tag, Cancel);
        }

        await store.TagAsync(two, "moved", Cancel);

        var listed = await (await AgainAsync(store)).ListVersionsAsync("news", Cancel);
        Assert.Equal(["moved"], listed.Single(d => d.Version == two).Tags);
        Assert.Equal(["B", "a10", "b"], listed.Single(d => d.Version == one).Tags);
    }

    [Fact]
    public async Task A_tag_is_its_datasets_own()
    {
        var store = await NewAsync();
        var one = await AddAsync(store, "news", ("a", "1"));
        var other = await AddAsync(store, "olds", ("a", "2"));
        await store.TagAsync(one, "reviewed", Cancel);
        Assert.Null(await store.ResolveAsync("olds", "reviewed", Cancel));

        await store.TagAsync(other, "reviewed", Cancel);
        await store.RemoveTagAsync("news", "reviewed", Cancel);
        Assert.Equal(other, await store.ResolveAsync("olds", "reviewed", Cancel));
    }

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("../reviewed")]
    [InlineData("a b")]
    [InlineData("naïve")]
    [InlineData("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")]
    public async Task A_tag_that_is_none_is_refused(string tag)
    {
        var store = await NewAsync();
        var one = await AddAsync(store, "news", ("a", "1"));
        await AddAsync(store, "news", ("a", "2"));

        await Assert.ThrowsAsync<DatasetException>(() => store.TagAsync(one, tag, Cancel));

        Assert.NotEqual(one, await store.ResolveAsync("news", tag, Cancel));
        Assert.All(await store.ListVersionsAsync("news", Cancel), d => Assert.Empty(d.Tags));
    }

    [Fact]
    public async Task Only_a_version_that_is_there_can_be_tagged()
    {
        var store = await NewAsync();
        var version = await AddAsync(store, "news", ("a", "1"));
        await AddAsync(store, "olds", ("a", "2"));
        foreach (var unknown in Unknown(version))
        {
            await Assert.ThrowsAsync<DatasetException>(() => store.TagAsync(unknown, "reviewed", Cancel));
            Assert.Null(await store.ResolveAsync(unknown.DatasetId, "reviewed", Cancel));
        }
    }

    [Fact]
    public async Task A_tag_that_is_moved_by_two_at_once_names_one_of_their_versions()
    {
        var store = await NewAsync();
        var other = await AgainAsync(store);
        var one = await AddAsync(store, "news", ("a", "1"));
        var two = await AddAsync(store, "news", ("a", "2"));

        await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Task.Run(
            () => i % 2 == 0 ? store.TagAsync(one, "reviewed", Cancel) : other.TagAsync(two, "reviewed", Cancel), Cancel)));

        var named = await store.ResolveAsync("news", "reviewed", Cancel);
        Assert.Contains(named, new[] { one, two });
        Assert.Equal(named, await other.ResolveAsync("news", "reviewed", Cancel));
        Assert.Equal(named, Assert.Single(await store.ListVersionsAsync("news", Cancel), d => d.Tags.Contains("reviewed")).Version);
    }
}
