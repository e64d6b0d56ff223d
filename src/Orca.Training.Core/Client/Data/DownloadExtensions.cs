using System.Security.Cryptography;
using Orca.Training.Files;
using Orca.Training.Jobs;

namespace Orca.Training.Client;

/// <summary>Downloads published files to files of this machine.</summary>
public static class DownloadExtensions
{
    private const int BufferSize = 128 * 1024;

    /// <summary>
    /// Downloads a file that a run published. The content is written to <paramref name="path"/> with <c>.part</c> appended. When it is
    /// complete and checked, it is renamed to <paramref name="path"/> and replaces an existing file. If a download is interrupted, the next
    /// call continues where it stopped.
    /// </summary>
    /// <param name="runs">The client.</param>
    /// <param name="job">The job.</param>
    /// <param name="name">The file's path below the attempt's output.</param>
    /// <param name="path">The target file. Its folder must exist. Use a path for one download at a time.</param>
    /// <param name="cancellationToken">Cancels the download.</param>
    /// <exception cref="TrainingException">
    /// As <see cref="IRunClient.OpenArtifactAsync"/> throws it; <see cref="TrainingError.Internal"/>: what came is not what was published,
    /// and is deleted.
    /// </exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static async Task DownloadArtifactAsync(this IRunClient runs, JobId job, string name, string path, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(runs);
        ArgumentNullException.ThrowIfNull(name);
        ArgumentException.ThrowIfNullOrEmpty(path);
        var artifact = await runs.FindArtifactAsync(job, name, cancellationToken);
        await DownloadAsync(artifact, (offset, token) => runs.OpenArtifactAsync(job, name, offset, token), path, cancellationToken);
    }

    /// <summary>Downloads a file of a model version, like <see cref="DownloadArtifactAsync"/>.</summary>
    /// <param name="models">The client.</param>
    /// <param name="name">The model.</param>
    /// <param name="reference">A number, an alias, or empty for the newest. It is resolved once, even if an alias moves at the same time.</param>
    /// <param name="file">The file.</param>
    /// <param name="path">The target file.</param>
    /// <param name="cancellationToken">Cancels the download.</param>
    /// <exception cref="TrainingException">As <see cref="IModelClient.OpenFileAsync"/> throws it; <see cref="TrainingError.Internal"/>: what came is not what was published, and is deleted.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static async Task DownloadFileAsync(
        this IModelClient models, string name, string reference, string file, string path, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(models);
        ArgumentException.ThrowIfNullOrEmpty(path);
        var version = await models.GetAsync(name, reference, cancellationToken);
        var number = Models.ModelVersions.Text(version.Version);
        var found = await models.FindFileAsync(version, file, cancellationToken);
        await DownloadAsync(found, (offset, token) => models.OpenFileAsync(name, number, file, offset, token), path, cancellationToken);
    }

    /// <summary>
    /// Downloads all files of a model version, each like <see cref="DownloadArtifactAsync"/>. The reference is resolved once, so that all
    /// files belong to one version, even if an alias moves at the same time.
    /// </summary>
    /// <param name="models">The client.</param>
    /// <param name="name">The model.</param>
    /// <param name="reference">A number, an alias, or empty for the newest.</param>
    /// <param name="folder">The target folder. It is created if it does not exist. Files are stored below it under their names.</param>
    /// <param name="cancellationToken">Cancels the download. Files that are already complete remain.</param>
    /// <returns>The version that was downloaded.</returns>
    /// <exception cref="TrainingException">As <see cref="DownloadFileAsync"/> throws it.</exception>
    /// <exception cref="IOException">A file cannot be written, or its name would be outside of the folder.</exception>
    public static async Task<Models.ModelVersion> DownloadFilesAsync(
        this IModelClient models, string name, string reference, string folder, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(models);
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var version = await models.GetAsync(name, reference, cancellationToken);
        var number = Models.ModelVersions.Text(version.Version);
        var root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        Directory.CreateDirectory(root);
        foreach (var file in await models.AllFilesAsync(version, cancellationToken))
        {
            var path = Path.GetFullPath(Path.Combine(root, file.Name));
            if (!path.StartsWith(root + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            {
                throw new IOException($"The file {PlainName.Quoted(file.Name)} of version {number} of the model '{name}' would be outside of '{folder}': download it by itself.");
            }

            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await DownloadAsync(file, (offset, token) => models.OpenFileAsync(name, number, file.Name, offset, token), path, cancellationToken);
        }

        return version;
    }

    /// <summary>A file that a run published, also where an answer has not all of them.</summary>
    internal static async Task<Artifact> FindArtifactAsync(this IRunClient runs, JobId job, string name, CancellationToken cancellationToken)
    {
        var run = await runs.GetAsync(job, cancellationToken);
        var found = run.Artifacts.FirstOrDefault(a => a.Name == name);
        if (found is null && run.LeftOut.Count > 0)
        {
            found = (await runs.ListArtifactsAsync(job, cancellationToken)).FirstOrDefault(a => a.Name == name);
        }

        return found ?? throw new TrainingException(TrainingError.NotFound, $"Job {job} has published no file {PlainName.Quoted(name)}.");
    }

    /// <summary>The files of a version, also where an answer has not all of them.</summary>
    internal static async ValueTask<IReadOnlyList<Artifact>> AllFilesAsync(this IModelClient models, Models.ModelVersion version, CancellationToken cancellationToken) =>
        version.LeftOut.Count == 0 ? version.Files : await models.ListFilesAsync(version.Name, Models.ModelVersions.Text(version.Version), cancellationToken);

    /// <summary>A file of a version, also where an answer has not all of them.</summary>
    internal static async Task<Artifact> FindFileAsync(this IModelClient models, Models.ModelVersion version, string file, CancellationToken cancellationToken)
    {
        var number = Models.ModelVersions.Text(version.Version);
        var found = version.Files.FirstOrDefault(f => f.Name == file) ?? (await models.AllFilesAsync(version, cancellationToken)).FirstOrDefault(f => f.Name == file);
        return found ?? throw new TrainingException(TrainingError.NotFound, $"Version {number} of the model '{version.Name}' has no file {PlainName.Quoted(file)}.");
    }

    private static async Task DownloadAsync(Artifact file, Func<long, CancellationToken, Task<Stream>> open, string path, CancellationToken cancellationToken)
    {
        var part = path + ".part";
        string found;
        await using (var target = new FileStream(part, new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Options = FileOptions.Asynchronous, BufferSize = 0 }))
        {
            if (target.Length > file.Size)
            {
                // Of another file than this one.
                target.SetLength(0);
            }

            found = await FillAsync(target, open, file, cancellationToken);
        }

        if (found != file.Sha256)
        {
            File.Delete(part);
            throw new TrainingException(
                TrainingError.Internal, $"'{file.Name}' is not what was published: that had the SHA-256 {file.Sha256}, and what came has {found}. It is deleted: download it anew.");
        }

        File.Move(part, path, overwrite: true);
    }

    /// <summary>Hashes what is there and adds what is missing.</summary>
    private static async Task<string> FillAsync(FileStream target, Func<long, CancellationToken, Task<Stream>> open, Artifact file, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[BufferSize];
        int read;
        while ((read = await target.ReadAsync(buffer, cancellationToken)) > 0)
        {
            hash.AppendData(buffer, 0, read);
        }

        if (target.Length < file.Size)
        {
            await using var source = await open(target.Length, cancellationToken);
            while ((read = await source.ReadAsync(buffer, cancellationToken)) > 0)
            {
                hash.AppendData(buffer, 0, read);
                await target.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
