using System.Formats.Tar;
using System.Text;
using Docker.DotNet;
using Docker.DotNet.Models;
using Orca.Training.Docker.Engine;
using Orca.Training.Machines;
using static System.FormattableString;

namespace Orca.Training.Docker.Observing;

/// <summary>
/// Why a program that its image has could not be run: the system says "no such file" of a script whose interpreter is missing, which it
/// mostly is because lines that end as on Windows make its name another one.
/// </summary>
internal sealed class StartedScripts(EngineConnection engine, EngineCalls calls)
{
    private const int CannotRun = 126;
    private const int NotFound = 127;
    private const int Longest = 256;

    /// <summary>An end, with what is wrong with the file that was to be run, where that can be seen.</summary>
    public async Task<ContainerObservation> ExplainAsync(ContainerObservation end, ContainerInspectResponse container, CancellationToken cancellationToken) =>
        end is { ExitCode: CannotRun or NotFound, Detail: null } && container.Path is { Length: > 0 } path
            ? end with { Detail = Of(path, await BeginningAsync(container.ID, Absolute(path, container.Config?.WorkingDir), cancellationToken)) }
            : end;

    /// <summary>What is wrong with a script, by its beginning; null if nothing that can be seen there.</summary>
    internal static string? Of(string path, ReadOnlySpan<byte> beginning)
    {
        if (!beginning.StartsWith("#!"u8))
        {
            return null;
        }

        var end = beginning.IndexOf((byte)'\n');
        var first = end < 0 ? beginning : beginning[..end];
        var isWindows = first.EndsWith("\r"u8);
        var interpreter = Encoding.UTF8.GetString(first[2..]).Trim();
        return isWindows
            ? Invariant($"{path} has Windows line endings (CRLF), so the name of its interpreter ends in a carriage return; save it with Unix line endings (LF) and build the image again")
            : Invariant($"{path} exists, but the interpreter in its first line, '{Shown(interpreter)}', is missing in the image or cannot be run");
    }

    private static string Shown(string text) => string.Concat(text.Select(c => char.IsControl(c) ? '\uFFFD' : c));

    private static string Absolute(string path, string? folder) => path.StartsWith('/') ? path : $"{folder?.TrimEnd('/')}/{path}";

    /// <summary>The first bytes of a file of a container; none where it is no file, or is not there.</summary>
    private async Task<byte[]> BeginningAsync(string id, string path, CancellationToken cancellationToken)
    {
        const string What = "reading the program that could not be run";
        try
        {
            return await calls.AskAsync(
                What,
                async token =>
                {
                    using var response = await engine.Http.GetAsync(
                        new Uri($"containers/{id}/archive?path={Uri.EscapeDataString(path)}", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, token);
                    if (!response.IsSuccessStatusCode)
                    {
                        return [];
                    }

                    await using var tar = await response.Content.ReadAsStreamAsync(token);
                    await using var reader = new TarReader(tar);
                    if (await reader.GetNextEntryAsync(copyData: false, token) is not { DataStream: { } content })
                    {
                        return [];
                    }

                    var beginning = new byte[Longest];
                    return beginning[..await content.ReadAtLeastAsync(beginning, Longest, throwOnEndOfStream: false, token)];
                },
                static _ => true,
                cancellationToken);
        }
        catch (Exception e) when (e is RuntimeUnavailableException or DockerApiException or FormatException)
        {
            // A better sentence was all that was asked for: the exit code says enough.
            return [];
        }
    }
}
