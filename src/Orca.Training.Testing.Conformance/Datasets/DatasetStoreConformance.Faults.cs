using Orca.Training.Datasets;

namespace Orca.Training.Testing.Conformance.Datasets;

/// <summary>All of a version is there or nothing, whatever its files' sources, other callers and the outside do.</summary>
public abstract partial class DatasetStoreConformance
{
    [Fact]
    public async Task A_source_that_breaks_half_way_leaves_nothing_and_its_error_is_told()
    {
        var store = await NewAsync();

        var error = await Assert.ThrowsAsync<IOException>(() => store.AddAsync("news", [FileOf("a", "1"), Broken("b")], Cancel));

        Assert.Equal("The line is dead.", error.Message);
        Assert.Null(await store.ResolveAsync("news", "", Cancel));
        var version = await AddAsync(store, "news", ("a", "1"));
        Assert.Equal([("a", "1")], await OpenAsync(store, version));
    }

    [Fact]
    public async Task A_cancelled_add_leaves_nothing()
    {
        var store = await NewAsync();
        using var cancel = new CancellationTokenSource();
        var slow = new DatasetFile("b", async token =>
        {
            await cancel.CancelAsync();
            token.ThrowIfCancellationRequested();
            return Stream.Null;
        });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.AddAsync("news", [FileOf("a", "1"), slow], cancel.Token));

        Assert.Null(await store.ResolveAsync("news", "", Cancel));
    }

    [Fact]
    public async Task Each_source_is_opened_once_and_disposed()
    {
        var store = await NewAsync();
        var sources = new List<DisposalKnown>();
        var file = new DatasetFile("a", _ =>
        {
            sources.Add(new DisposalKnown());
            return ValueTask.FromResult<Stream>(sources[^1]);
        });

        await store.AddAsync("news", [file], Cancel);

        Assert.True(Assert.Single(sources).IsDisposed);
    }

    [Fact]
    public async Task A_version_is_not_there_before_all_of_it_is()
    {
        var store = await NewAsync();
        var asked = new List<DatasetVersion?>();
        var last = new DatasetFile("b", async _ =>
        {
            asked.Add(await store.ResolveAsync("news", "", Cancel));
            return new MemoryStream("2"u8.ToArray());
        });

        var version = await store.AddAsync("news", [FileOf("a", "1"), last], Cancel);

        Assert.Null(Assert.Single(asked));
        Assert.Equal(version, await store.ResolveAsync("news", "", Cancel));
    }

    [Fact]
    public async Task Adds_of_the_same_content_at_once_end_with_one_intact_version()
    {
        var store = await NewAsync();
        var other = await AgainAsync(store);
        var text = string.Concat(Enumerable.Repeat("utterance,label\n", 5_000));

        var versions = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(
            () => AddAsync(i % 2 == 0 ? store : other, "news", ("a", text), ("d/b", "2")), Cancel)));

        Assert.Equal([("a", text), ("d/b", "2")], await OpenAsync(store, Assert.Single(versions.Distinct())));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_snapshot_that_was_changed_does_not_open_until_its_files_are_added_again(bool wasOpenedBefore)
    {
        var store = await NewAsync();
        var version = await AddAsync(store, "news", ("a", "1"), ("d/b", "2"));
        var other = await AddAsync(store, "olds", ("a", "1"), ("d/b", "2"));
        var place = await (await AgainAsync(store)).OpenAsync(version, Cancel);
        if (wasOpenedBefore)
        {
            await store.OpenAsync(version, Cancel);
        }

        await DamageAsync(place, "d/b");

        for (var times = 0; times < 2; times++)
        {
            var error = await Assert.ThrowsAsync<DatasetException>(() => store.OpenAsync(version, Cancel));
            Assert.Equal("d/b", error.File);
        }

        Assert.Equal([("a", "1"), ("d/b", "2")], await OpenAsync(store, other));
        Assert.Equal(version, await AddAsync(store, "news", ("a", "1"), ("d/b", "2")));
        Assert.Equal([("a", "1"), ("d/b", "2")], await OpenAsync(store, version));
    }

    private static DatasetFile Broken(string name) => new(name, _ => ValueTask.FromResult<Stream>(new DeadLine()));

    /// <summary>Gives some of its content, and then no more.</summary>
    private sealed class DeadLine : Stream
    {
        private int _left = 300_000;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count)
        {
            var read = Math.Min(count, _left);
            _left -= read;
            return read > 0 ? read : throw new IOException("The line is dead.");
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }

    private sealed class DisposalKnown() : MemoryStream("1"u8.ToArray())
    {
        public bool IsDisposed { get; private set; }

        protected override void Dispose(bool disposing)
        {
            IsDisposed = true;
            base.Dispose(disposing);
        }
    }
}
