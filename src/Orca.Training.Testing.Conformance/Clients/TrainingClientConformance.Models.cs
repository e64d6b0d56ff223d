using Orca.Training.Client;
using Orca.Training.Models;

namespace Orca.Training.Testing.Conformance.Clients;

/// <summary>Versions of models are numbered, named, read and removed.</summary>
public abstract partial class TrainingClientConformance
{
    [Fact]
    public async Task Models_are_listed_and_found_by_number_alias_or_as_the_newest()
    {
        var (installation, client) = await InstallDataAsync();
        Assert.Empty(await client.Models.ListAsync(Token));
        var first = await installation.TrainAsync(0.5, "m", ("model.bin", [1, 2, 3]));
        var second = await installation.TrainAsync(0.4, "m", ("model.bin", [4]));
        await installation.TrainAsync(0.4, "other");

        await client.Models.SetAliasAsync("m", "production", 1, Token);

        Assert.Equal(["m", "other"], await client.Models.ListAsync(Token));
        Assert.Equal(Samples.Text(await installation.Client.Models.ListVersionsAsync("m", Token)), Samples.Text(await client.Models.ListVersionsAsync("m", Token)));
        Assert.Equal([(2, second), (1, first)], (await client.Models.ListVersionsAsync("m", Token)).Select(v => (v.Version, v.Job)));
        Assert.Equal(2, (await client.Models.GetAsync("m", cancellationToken: Token)).Version);
        var production = await client.Models.GetAsync("m", "production", Token);
        Assert.Equal((1, first, 1, 3L), (production.Version, production.Job, production.Attempt, Assert.Single(production.Files).Size));
        await client.Models.SetAliasAsync("m", "production", 2, Token);
        Assert.Equal(2, (await client.Models.GetAsync("m", "production", Token)).Version);
        Assert.Equal([4], await ReadAsync(await client.Models.OpenFileAsync("m", "production", "model.bin", cancellationToken: Token)));
    }

    [Fact]
    public async Task A_removed_version_and_alias_are_gone_and_what_there_is_not_is_not_found()
    {
        var (installation, client) = await InstallDataAsync();
        await installation.TrainAsync(0.5, "m", ("model.bin", [1]));
        await client.Models.SetAliasAsync("m", "production", 1, Token);
        await client.Models.RemoveAliasAsync("m", "production", Token);
        await client.Models.RemoveAliasAsync("m", "production", Token);
        await client.Models.RemoveAliasAsync("nobody", "production", Token);

        Assert.Equal((TrainingError.NotFound, "The model 'm' has no version or alias 'production'."), await RefusedAsync(() => client.Models.GetAsync("m", "production", Token)));
        Assert.Equal((TrainingError.NotFound, "The model 'm' has no version or alias '7'."), await RefusedAsync(() => client.Models.SetAliasAsync("m", "production", 7, Token)));
        Assert.Equal((TrainingError.NotFound, "There is no model 'nobody'."), await RefusedAsync(() => client.Models.GetAsync("nobody", cancellationToken: Token)));
        Assert.Equal((TrainingError.NotFound, "Version 1 of the model 'm' has no file 'other'."), await RefusedAsync(() => client.Models.OpenFileAsync("m", "1", "other", cancellationToken: Token)));
        Assert.Equal(
            (TrainingError.InvalidArgument, "offset: 2 is not within 'model.bin': give 0 to 1."),
            await RefusedAsync(() => client.Models.OpenFileAsync("m", "1", "model.bin", 2, Token)));
        await client.Models.RemoveAsync("m", 1, Token);
        Assert.Equal((TrainingError.NotFound, "The model 'm' has no version or alias '1'."), await RefusedAsync(() => client.Models.RemoveAsync("m", 1, Token)));
        Assert.Empty(await client.Models.ListAsync(Token));
        Assert.Empty(await client.Models.ListVersionsAsync("m", Token));
    }

    [Theory]
    [InlineData("")]
    [InlineData("7")]
    [InlineData("a b")]
    public async Task An_alias_that_is_none_is_refused(string alias)
    {
        var (installation, client) = await InstallDataAsync();
        await installation.TrainAsync(0.5, "m");

        Assert.Equal(
            (TrainingError.InvalidArgument, $"alias: The alias '{alias}' is not valid: give {TagRule}, but not only digits, which would be a version."),
            await RefusedAsync(() => client.Models.SetAliasAsync("m", alias, 1, Token)));
    }

    [Fact]
    public async Task All_files_that_are_downloaded_are_of_one_version_though_the_alias_moves_meanwhile()
    {
        var (installation, client) = await InstallDataAsync();
        await installation.TrainAsync(0.5, "m", ("deep/labels.txt", [1]), ("model.bin", [1, 1]), ("vocabulary", [1, 1, 1]));
        await installation.TrainAsync(0.4, "m", ("deep/labels.txt", [2]), ("model.bin", [2, 2]));
        await client.Models.SetAliasAsync("m", "production", 1, Token);
        var moving = new MovingAlias(client.Models, () => client.Models.SetAliasAsync("m", "production", 2, Token));
        var folder = Directory.CreateTempSubdirectory("orca-model-").FullName;
        try
        {
            var version = await moving.DownloadFilesAsync("m", "production", folder, Token);

            Assert.Equal(1, version.Version);
            Assert.Equal([1], await File.ReadAllBytesAsync(Path.Combine(folder, "deep", "labels.txt"), Token));
            Assert.Equal([1, 1], await File.ReadAllBytesAsync(Path.Combine(folder, "model.bin"), Token));
            Assert.Equal([1, 1, 1], await File.ReadAllBytesAsync(Path.Combine(folder, "vocabulary"), Token));
            Assert.Equal(2, (await client.Models.GetAsync("m", "production", Token)).Version);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>A client beside which somebody moves the alias, right before the first file is opened.</summary>
    private sealed class MovingAlias(IModelClient inner, Func<Task> move) : IModelClient
    {
        public Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken = default) => inner.ListAsync(cancellationToken);

        public Task<IReadOnlyList<ModelVersion>> ListVersionsAsync(string name, CancellationToken cancellationToken = default) => inner.ListVersionsAsync(name, cancellationToken);

        public Task<ModelVersion> GetAsync(string name, string reference = "", CancellationToken cancellationToken = default) => inner.GetAsync(name, reference, cancellationToken);

        public Task<IReadOnlyList<Orca.Training.Jobs.Artifact>> ListFilesAsync(string name, string reference = "", CancellationToken cancellationToken = default) =>
            inner.ListFilesAsync(name, reference, cancellationToken);

        public Task SetAliasAsync(string name, string alias, int version, CancellationToken cancellationToken = default) =>
            inner.SetAliasAsync(name, alias, version, cancellationToken);

        public Task RemoveAliasAsync(string name, string alias, CancellationToken cancellationToken = default) => inner.RemoveAliasAsync(name, alias, cancellationToken);

        public Task RemoveAsync(string name, int version, CancellationToken cancellationToken = default) => inner.RemoveAsync(name, version, cancellationToken);

        public async Task<Stream> OpenFileAsync(string name, string reference, string file, long offset = 0, CancellationToken cancellationToken = default)
        {
            await move();
            return await inner.OpenFileAsync(name, reference, file, offset, cancellationToken);
        }
    }
}
