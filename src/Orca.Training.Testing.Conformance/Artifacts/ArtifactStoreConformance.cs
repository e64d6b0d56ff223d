using System.Security.Cryptography;
using System.Text;
using Orca.Training.Artifacts;
using Orca.Training.Jobs;

namespace Orca.Training.Testing.Conformance.Artifacts;

/// <summary>
/// The conformance suite of artifact stores. Derive a class from it, and override the methods that create an empty store and that write and
/// read files as a container does. The suite runs hand-written cases, and generated operations that are compared with a model, many in
/// parallel.
/// </summary>
public abstract partial class ArtifactStoreConformance : StoreConformance<IArtifactStore>
{
    private static readonly InstallationId Here = new("here");

    /// <summary>Writes a file in a place, as the container of an attempt does. An existing file with that name is replaced.</summary>
    protected abstract ValueTask WriteAsync(Uri place, string name, ReadOnlyMemory<byte> content);

    /// <summary>Reads a file in a place, as the container of an attempt does. Null if it does not exist.</summary>
    protected abstract ValueTask<byte[]?> ReadAsync(Uri place, string name);

    [Fact]
    public async Task Each_attempt_has_an_output_of_its_own_and_shares_its_jobs_checkpoint()
    {
        var store = await NewAsync();
        AttemptName[] names = [NameOf(7, 2), NameOf(7, 3), NameOf(72, 2), NameOf(7, 2) with { Installation = new InstallationId("there") }];
        var places = new List<AttemptPlaces>();
        foreach (var name in names)
        {
            places.Add(await store.PrepareAsync(name, Cancel));
        }

        Assert.Equal(4, places.Select(p => p.Output).Distinct().Count());
        Assert.Equal(places[0].Checkpoint, places[1].Checkpoint);
        Assert.Equal(3, places.Select(p => p.Checkpoint).Distinct().Count());
        await WriteAsync(places[0].Checkpoint, "step-3", "3"u8.ToArray());
        Assert.Equal("3"u8.ToArray(), await ReadAsync(places[1].Checkpoint, "step-3"));
        Assert.Null(await ReadAsync(places[2].Checkpoint, "step-3"));
        Assert.Null(await ReadAsync(places[3].Checkpoint, "step-3"));
    }

    [Fact]
    public async Task Preparing_again_changes_nothing()
    {
        var store = await NewAsync();
        var places = await PrepareAsync(store, NameOf(7, 2), ("model.pt", "m"));
        await WriteAsync(places.Checkpoint, "step", "1"u8.ToArray());

        Assert.Equal(places, await (await AgainAsync(store)).PrepareAsync(NameOf(7, 2), Cancel));

        Assert.Equal("m"u8.ToArray(), await ReadAsync(places.Output, "model.pt"));
        Assert.Equal("1"u8.ToArray(), await ReadAsync(places.Checkpoint, "step"));
    }

    [Fact]
    public async Task What_an_attempt_left_is_listed_by_name_with_size_and_hash_and_can_be_opened()
    {
        var store = await NewAsync();
        await PrepareAsync(store, NameOf(7, 2), ("model.pt", "model"), (".hidden/a#b %.txt", ""), ("Z", "z"), ("deep/er/still/x", "käse 🐋"));

        var left = await store.CollectAsync(NameOf(7, 2), [], Cancel);

        Assert.Equal([(".hidden/a#b %.txt", ""), ("Z", "z"), ("deep/er/still/x", "käse 🐋"), ("model.pt", "model")], await TextsAsync(store, left));
        Assert.All(left, a => Assert.True(a.Location.IsAbsoluteUri));
        Assert.Equal(left, await (await AgainAsync(store)).CollectAsync(NameOf(7, 2), [], Cancel));
    }

    [Fact]
    public async Task An_attempt_that_left_nothing_has_no_artifacts()
    {
        var store = await NewAsync();
        await store.PrepareAsync(NameOf(7, 2), Cancel);

        Assert.Empty(await store.CollectAsync(NameOf(7, 2), [], Cancel));
    }

    [Fact]
    public async Task What_another_attempt_or_the_checkpoint_holds_is_not_among_an_attempts_artifacts()
    {
        var store = await NewAsync();
        var places = await PrepareAsync(store, NameOf(7, 2), ("mine", "2"));
        await WriteAsync(places.Checkpoint, "checkpoint", "c"u8.ToArray());
        await PrepareAsync(store, NameOf(7, 3), ("other", "3"));
        await PrepareAsync(store, NameOf(7, 21), ("other", "21"));
        await PrepareAsync(store, NameOf(72, 2), ("other", "72"));

        Assert.Equal([("mine", "2")], await TextsAsync(store, await store.CollectAsync(NameOf(7, 2), [], Cancel)));
    }

    [Fact]
    public async Task What_was_announced_must_be_there_as_announced()
    {
        var store = await NewAsync();
        await PrepareAsync(store, NameOf(7, 2), ("model.pt", "model"), ("log", "l"));
        await PrepareAsync(store, NameOf(7, 3), ("model.onnx", "other"));

        Assert.Equal(2, (await CollectAsync(new AnnouncedArtifact("model.pt", 5, HashOf("model")))).Count);
        Assert.Equal(2, (await CollectAsync(new AnnouncedArtifact("model.pt", null, HashOf("model").ToUpperInvariant()), new AnnouncedArtifact("log"))).Count);
        await Assert.ThrowsAsync<ArtifactException>(() => CollectAsync(new AnnouncedArtifact("model.onnx")));
        await Assert.ThrowsAsync<ArtifactException>(() => CollectAsync(new AnnouncedArtifact("MODEL.PT")));
        await Assert.ThrowsAsync<ArtifactException>(() => CollectAsync(new AnnouncedArtifact("../3/model.onnx")));
        await Assert.ThrowsAsync<ArtifactException>(() => CollectAsync(new AnnouncedArtifact("model.pt", 4)));
        await Assert.ThrowsAsync<ArtifactException>(() => CollectAsync(new AnnouncedArtifact("model.pt", 5, HashOf("other"))));

        Task<IReadOnlyList<Artifact>> CollectAsync(params AnnouncedArtifact[] announced) => store.CollectAsync(NameOf(7, 2), announced, Cancel);
    }

    [Theory]
    [InlineData("'deep/CON.txt', whose name is not valid on every operating system: 'CON' is the name of a device on Windows, with any extension. Give another name.", "deep/CON.txt", null)]
    [InlineData("'a\\..\\b', whose name is not valid on every operating system: it contains '\\', which is not allowed on Windows. Give a name without it.", "a\\..\\b", null)]
    [InlineData("'dot./x', whose name is not valid on every operating system: a part of it ends in a dot or a space, which Windows removes. Give a name without it.", "dot./x", null)]
    [InlineData("'x ', whose name is not valid on every operating system: a part of it ends in a dot or a space, which Windows removes. Give a name without it.", "x ", null)]
    [InlineData("'Model.pt' and 'model.pt', which differ only by case or by the encoding of an accent, and some file systems treat them as one: rename one of them.", "model.pt", "Model.pt")]
    [InlineData("'e<U+0301>' and '\u00e9', which", "e\u0301/1", "\u00e9/1")]
    public async Task What_has_a_name_that_some_system_cannot_hold_is_refused_in_words_and_not_published(string sentence, string name, string? other)
    {
        string[] names = other is null ? [name] : [name, other];
        var store = await NewAsync();
        await PrepareAsync(store, NameOf(7, 2), [("fine", ""), .. names.Select(n => (n, ""))]);

        var refusal = await Assert.ThrowsAsync<ArtifactException>(() => store.CollectAsync(NameOf(7, 2), [.. names.Select(n => new AnnouncedArtifact(n))], Cancel));

        Assert.StartsWith($"The training left {sentence}", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(OutcomeCode.ArtifactMissing, refusal.Code);
    }

    [Fact]
    public async Task An_artifact_that_is_elsewhere_or_was_never_there_does_not_open()
    {
        var store = await NewAsync();
        await PrepareAsync(store, NameOf(7, 2), ("model.pt", "model"));
        var artifact = Assert.Single(await store.CollectAsync(NameOf(7, 2), [], Cancel));

        foreach (var elsewhere in new[] { "file:///etc/passwd", "s3://models/x", "https://localhost/x", artifact.Location + ".bak", artifact.Location + "/../../../../../passwd" })
        {
            await Assert.ThrowsAsync<ArtifactException>(() => store.OpenAsync(artifact with { Location = new Uri(elsewhere) }, 0, Cancel));
        }
    }

    [Fact]
    public async Task Collecting_ends_when_it_is_cancelled()
    {
        var store = await NewAsync();
        await PrepareAsync(store, NameOf(7, 2), ("model.pt", "model"));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.CollectAsync(NameOf(7, 2), [], new CancellationToken(canceled: true)));
    }

    private protected static AttemptName NameOf(int job, int number) => new(Here, new AttemptId(new JobId(job), number));

    private protected static string HashOf(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private protected async Task<AttemptPlaces> PrepareAsync(IArtifactStore store, AttemptName attempt, params (string Name, string Text)[] files)
    {
        var places = await store.PrepareAsync(attempt, Cancel);
        foreach (var (name, text) in files)
        {
            await WriteAsync(places.Output, name, Encoding.UTF8.GetBytes(text));
        }

        return places;
    }

    /// <summary>Opens each artifact and reads it to its end, holding it against what is said of it.</summary>
    private async Task<List<(string Name, string Text)>> TextsAsync(IArtifactStore store, IReadOnlyList<Artifact> artifacts)
    {
        var read = new List<(string, string)>();
        foreach (var artifact in artifacts)
        {
            await using var stream = await store.OpenAsync(artifact, 0, Cancel);
            using var content = new MemoryStream();
            await stream.CopyToAsync(content, Cancel);
            Assert.Equal((artifact.Size, artifact.Sha256), (content.Length, Convert.ToHexStringLower(SHA256.HashData(content.ToArray()))));
            read.Add((artifact.Name, Encoding.UTF8.GetString(content.ToArray())));
        }

        return read;
    }
}
