using System.Globalization;
using System.Net;
using Docker.DotNet;
using Orca.Training.Artifacts;
using Orca.Training.Docker.Engine;
using Orca.Training.Machines;
using static System.FormattableString;

namespace Orca.Training.Docker.Delivery;

/// <summary>
/// Copies folders into and out of a container's own volumes, as streams through the engine's archive API. Past the client, which
/// wants a stream to read from where the archive is one that is written.
/// </summary>
internal sealed class FolderCopies(EngineConnection engine, EngineCalls calls, string user, TimeProvider time)
{
    // How much is copied is the users' affair; that nothing moves for so long is not.
    private static readonly TimeSpan LongestSilence = TimeSpan.FromMinutes(2);

    // A trained user without capabilities can neither write root's files nor change whose they are, which keeps data as they are
    // where a mount would have been read-only.
    private static readonly ArchiveOwner Root = new(0, 0);

    private readonly ArchiveOwner _trained = OwnerOf(user);

    /// <summary>Fills a container's folders, before it starts.</summary>
    /// <exception cref="DockerApiException">The engine refuses.</exception>
    public async Task BringAsync(string container, IReadOnlyList<FolderMount> folders, CancellationToken cancellationToken)
    {
        foreach (var folder in folders)
        {
            await WatchAsync($"copying {folder.ContainerPath} into container {container}", async (alive, token) =>
            {
                var owner = folder.IsReadOnly ? Root : _trained;
                using var content = new StreamedContent(async (stream, ct) =>
                {
                    await using var tar = new WatchedStream(stream, alive);
                    await BlameAsync(tar, folder, () => FolderArchive.WriteAsync(
                        folder.HostPath, CopiedFolder.NameOf(folder), tar, owner, folder.IsReadOnly, ct));
                });
                using var response = await engine.Http.PutAsync(PlaceOf(container, CopiedFolder.VolumeOf(folder)), content, token);
                await RequireAsync(response, token);
            }, Refusals, cancellationToken);
        }
    }

    /// <summary>Replaces folders of the host by what a container, which has ended, left in its own.</summary>
    /// <exception cref="ArtifactException">It can never be brought.</exception>
    public async Task FetchAsync(string container, IReadOnlyList<FolderMount> folders, CancellationToken cancellationToken)
    {
        foreach (var folder in folders)
        {
            try
            {
                await WatchAsync($"copying {folder.ContainerPath} out of container {container}", async (alive, token) =>
                {
                    using var response = await engine.Http.GetAsync(
                        PlaceOf(container, folder.ContainerPath), HttpCompletionOption.ResponseHeadersRead, token);
                    await RequireAsync(response, token);
                    await using var tar = new WatchedStream(await response.Content.ReadAsStreamAsync(token), alive);
                    await BlameAsync(tar, folder, () => FolderArchive.ReplaceAsync(folder.HostPath, tar, folder.Limits, token));
                }, static refusal => refusal.StatusCode == HttpStatusCode.NotFound, cancellationToken);
            }
            catch (DockerApiException missing)
            {
                throw new ArtifactException(
                    $"The output of the training was lost with its container: something other than this service removed {container}, or {folder.ContainerPath} in it.", missing);
            }
        }
    }

    private static bool Refusals(DockerApiException refusal) => Starting.Refusals.IsAboutTheContainer(refusal);

    /// <summary>Runs a copy for as long as something moves.</summary>
    private async Task WatchAsync(
        string what, Func<Action, CancellationToken, Task> copy, Func<DockerApiException, bool> answers, CancellationToken cancellationToken)
    {
        using var silence = new CancellationTokenSource(LongestSilence, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, silence.Token);
        try
        {
            await copy(() => silence.CancelAfter(LongestSilence), either.Token);
        }
        catch (DockerApiException refusal) when (answers(refusal))
        {
            throw;
        }
        catch (Exception exception) when (HostFault.In(exception) is { } fault)
        {
            throw new IOException(fault.Message, fault.InnerException);
        }
        catch (Exception exception) when (EngineCalls.IsSilence(exception))
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw silence.IsCancellationRequested
                ? calls.Unavailable(what, Invariant($"no data was transferred for {LongestSilence.TotalMinutes:0} minutes"), exception)
                : calls.Unavailable(what, exception);
        }
    }

    /// <summary>Tells a fault of the host's own files from one of the way to the engine: the same exceptions say both.</summary>
    private static async Task BlameAsync(WatchedStream engineEnd, FolderMount folder, Func<Task> copy)
    {
        try
        {
            await copy();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException && !engineEnd.IsBroken)
        {
            throw new HostFault($"The host's folder '{folder.HostPath}' could not be {(folder.IsReadOnly ? "read" : "read or written")} while it was copied: {exception.Message}", exception);
        }
    }

    private static async Task RequireAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (!response.IsSuccessStatusCode)
        {
            throw new DockerApiException(response.StatusCode, await response.Content.ReadAsStringAsync(cancellationToken));
        }
    }

    private static Uri PlaceOf(string container, string path) =>
        new($"containers/{container}/archive?path={Uri.EscapeDataString(path)}", UriKind.Relative);

    internal static ArchiveOwner OwnerOf(string user)
    {
        var numbers = user.Split(':');
        return new ArchiveOwner(
            (int)uint.Parse(numbers[0], CultureInfo.InvariantCulture),
            numbers.Length > 1 ? (int)uint.Parse(numbers[1], CultureInfo.InvariantCulture) : 0);
    }

    /// <summary>Carries a fault of the host's files past everything that would take it for the engine's.</summary>
    private sealed class HostFault(string message, Exception inner) : Exception(message, inner)
    {
        /// <summary>The HTTP client wraps whatever a request's body throws.</summary>
        public static HostFault? In(Exception? exception)
        {
            while (exception is not (null or HostFault))
            {
                exception = exception.InnerException;
            }

            return exception as HostFault;
        }
    }
}
