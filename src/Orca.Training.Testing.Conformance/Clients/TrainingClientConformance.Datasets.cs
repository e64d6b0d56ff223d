using System.Text;
using Orca.Training.Client;
using Orca.Training.Datasets;

namespace Orca.Training.Testing.Conformance.Clients;

/// <summary>Datasets are added whole or not at all, listed, named and deleted.</summary>
public abstract partial class TrainingClientConformance
{
    private const string TagRule = "1 to 128 letters (a-z, A-Z), digits, '.', '_' and '-', but not only dots";

    [Fact]
    public async Task A_dataset_of_large_small_and_empty_files_arrives_as_it_is()
    {
        var (installation, client) = await InstallDataAsync();
        var large = new byte[(3 * 64 * 1024) + 17];
        new Random(1).NextBytes(large);
        DatasetFile[] files = [DataInstallation.File("empty", ""), new("deep/large.bin", _ => ValueTask.FromResult<Stream>(new MemoryStream(large))), DataInstallation.File("z", "ü")];

        var version = await client.Datasets.AddAsync("digits", files, Token);

        Assert.Equal(version, await client.Datasets.AddAsync("digits", files, Token));
        Assert.Equal(version, await client.Datasets.ResolveAsync("digits", cancellationToken: Token));
        Assert.Equal(["digits"], await client.Datasets.ListAsync(Token));
        Assert.Equal(
            [("deep/large.bin", (long)large.Length, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(large))), ("empty", 0L, HashOf("")), ("z", 2L, HashOf("ü"))],
            (await client.Datasets.ListFilesAsync(version, Token)).Select(f => (f.Name, f.Size, f.Sha256)));
        var description = Assert.Single(await client.Datasets.ListVersionsAsync("digits", Token));
        Assert.Equal((version, (long)large.Length + 2, 3), (description.Version, description.Size, description.Files));
        Assert.Equal(Samples.Text(await installation.Client.Datasets.ListVersionsAsync("digits", Token)), Samples.Text<IReadOnlyList<DatasetDescription>>([description]));
    }

    [Fact]
    public async Task Versions_have_tags_that_move_and_are_deleted_for_good()
    {
        var (_, client) = await InstallDataAsync();
        var first = await client.Datasets.AddAsync("digits", [DataInstallation.File("a", "1")], Token);
        var second = await client.Datasets.AddAsync("digits", [DataInstallation.File("a", "2")], Token);

        await client.Datasets.TagAsync(first, "reviewed", Token);
        Assert.Equal(first, await client.Datasets.ResolveAsync("digits", "reviewed", Token));
        await client.Datasets.TagAsync(second, "reviewed", Token);
        Assert.Equal([(second, "reviewed"), (first, "")], (await client.Datasets.ListVersionsAsync("digits", Token)).Select(v => (v.Version, string.Join(' ', v.Tags))));
        await client.Datasets.DeleteAsync(second, Token);

        Assert.Equal(first, await client.Datasets.ResolveAsync("digits", cancellationToken: Token));
        Assert.Equal((TrainingError.NotFound, "Dataset 'digits' has no version 'reviewed'."), await RefusedAsync(() => client.Datasets.ResolveAsync("digits", "reviewed", Token)));
        Assert.Equal((TrainingError.NotFound, $"Dataset 'digits' has no version '{second.Hash}'."), await RefusedAsync(() => client.Datasets.DeleteAsync(second, Token)));
        await client.Datasets.TagAsync(first, "old", Token);
        await client.Datasets.RemoveTagAsync("digits", "old", Token);
        await client.Datasets.RemoveTagAsync("digits", "old", Token);
        Assert.Empty(Assert.Single(await client.Datasets.ListVersionsAsync("digits", Token)).Tags);
    }

    [Fact]
    public async Task What_there_is_not_of_datasets_is_not_found_and_lists_of_it_are_empty()
    {
        var (_, client) = await InstallDataAsync();
        var nobody = new DatasetVersion("nobody", new string('a', 64));

        Assert.Empty(await client.Datasets.ListAsync(Token));
        Assert.Empty(await client.Datasets.ListVersionsAsync("nobody", Token));
        Assert.Equal((TrainingError.NotFound, "There is no dataset 'nobody'."), await RefusedAsync(() => client.Datasets.ResolveAsync("nobody", cancellationToken: Token)));
        Assert.Equal(TrainingError.NotFound, (await RefusedAsync(() => client.Datasets.ListFilesAsync(nobody, Token))).Error);
        Assert.Equal(TrainingError.NotFound, (await RefusedAsync(() => client.Datasets.TagAsync(nobody, "reviewed", Token))).Error);
        Assert.Equal(TrainingError.NotFound, (await RefusedAsync(() => client.Datasets.DeleteAsync(nobody, Token))).Error);
    }

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("../digits")]
    public async Task A_dataset_that_can_be_none_is_not_found_and_not_added(string dataset)
    {
        var (_, client) = await InstallDataAsync();

        Assert.Empty(await client.Datasets.ListVersionsAsync(dataset, Token));
        Assert.Equal(TrainingError.NotFound, (await RefusedAsync(() => client.Datasets.ResolveAsync(dataset, cancellationToken: Token))).Error);
        Assert.Equal(TrainingError.NotFound, (await RefusedAsync(() => client.Datasets.ListFilesAsync(new DatasetVersion(dataset, "x"), Token))).Error);
        Assert.Equal(TrainingError.NotFound, (await RefusedAsync(() => client.Datasets.DeleteAsync(new DatasetVersion(dataset, "../x"), Token))).Error);
        await client.Datasets.RemoveTagAsync(dataset, "../reviewed", Token);
        var refusal = await Assert.ThrowsAsync<TrainingException>(() => client.Datasets.AddAsync(dataset, [DataInstallation.File("a", "1")], Token));
        Assert.Equal((TrainingError.InvalidArgument, "dataset_id"), (refusal.Error, Assert.Single(refusal.Violations).Field));
    }

    [Fact]
    public async Task More_files_than_a_dataset_may_have_are_refused()
    {
        var (_, client) = await InstallDataAsync();
        var file = DataInstallation.File("", "");

        var refusal = await RefusedAsync(() => client.Datasets.AddAsync("digits", [.. Enumerable.Range(0, 10_001).Select(i => file with { Name = $"{i}" })], Token));

        Assert.Equal(
            (TrainingError.InvalidArgument, "files: There are 10001 files, and a dataset may have 10000: combine small files, or raise OrcaTraining:Limits:DatasetFiles."),
            refusal);
        Assert.Empty(await client.Datasets.ListAsync(Token));
    }

    [Fact]
    public async Task A_tag_that_is_none_is_refused()
    {
        var (_, client) = await InstallDataAsync();
        var version = await client.Datasets.AddAsync("digits", [DataInstallation.File("a", "1")], Token);

        Assert.Equal(
            (TrainingError.InvalidArgument, $"tag: The tag 'a/b' is not valid: give {TagRule}, but not 64 hex digits, which would be a version."),
            await RefusedAsync(() => client.Datasets.TagAsync(version, "a/b", Token)));
    }

    [Theory]
    [InlineData("files[../a]", "../a")]
    [InlineData("files[b]", "b", "b")]
    [InlineData("dataset_id")]
    public async Task Files_that_are_none_are_refused_and_nothing_is_added(string field, params string[] names)
    {
        var (_, client) = await InstallDataAsync();

        var refusal = await Assert.ThrowsAsync<TrainingException>(() => client.Datasets.AddAsync("digits", [.. names.Select(n => DataInstallation.File(n, "1"))], Token));

        Assert.Equal((TrainingError.InvalidArgument, field), (refusal.Error, Assert.Single(refusal.Violations).Field));
        Assert.Empty(await client.Datasets.ListAsync(Token));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_file_that_its_caller_cannot_read_is_his_own_trouble_and_nothing_is_added(bool isOpened)
    {
        var (_, client) = await InstallDataAsync();
        var file = new DatasetFile("b.csv", _ => isOpened ? ValueTask.FromResult<Stream>(new TornStream()) : throw new IOException("No such disk."));

        Assert.Equal(
            (TrainingError.InvalidArgument, "files[b.csv]: It cannot be read: No such disk."),
            await RefusedAsync(() => client.Datasets.AddAsync("digits", [DataInstallation.File("a", "1"), file], Token)));
        Assert.Empty(await client.Datasets.ListAsync(Token));
    }

    private static string HashOf(string content) => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(content)));

    /// <summary>A stream that gives a byte and breaks then.</summary>
    private sealed class TornStream : MemoryStream
    {
        private bool _hasGiven;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_hasGiven)
            {
                throw new IOException("No such disk.");
            }

            _hasGiven = true;
            return ValueTask.FromResult(1);
        }
    }
}
