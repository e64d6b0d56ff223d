using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace Orca.Training.Packages.Tests.Pages;

/// <summary>
/// Does what a page says, step by step as it stands there: runs its commands in the clone, on what <c>dotnet new</c> makes and by packages from a
/// feed, and puts its code where the sentence before it says. Only the folder beside the clone and the port are others.
/// </summary>
internal sealed partial class PageReader : IAsyncDisposable
{
    private readonly string _shown;
    private readonly string _folder;
    private readonly int _port = FreePort();
    private Process? _host;

    /// <param name="feed">The packages.</param>
    /// <param name="shown">The folder that the page speaks of, such as <c>../first</c>.</param>
    public PageReader(Feed feed, string shown)
    {
        _shown = shown;
        _folder = Directory.CreateDirectory(Path.Combine(feed.Projects, Path.GetFileName(shown))).FullName;
    }

    /// <summary>The commands of the clone's own scripts, which the fixture has run.</summary>
    public List<string> Scripts { get; } = [];

    /// <summary>What the last command printed; of a host, what it printed so far.</summary>
    public string Printed { get; private set; } = "";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public string PathOf(string name) => Path.Combine(_folder, name);

    /// <summary>Follows steps of a page.</summary>
    /// <param name="steps">The steps.</param>
    /// <param name="until">What a host prints when it has done what the page says; <c>Now listening on</c> by default.</param>
    public async Task FollowAsync(IEnumerable<PageStep> steps, string until = "Now listening on: ")
    {
        foreach (var step in steps)
        {
            if (step.Code is { } code)
            {
                Put(Here(code), step.Where);
            }
            else if (step.Command!.StartsWith("eng/", StringComparison.Ordinal))
            {
                Scripts.Add(step.Command);
            }
            else if (step.Command.Contains(" --urls ", StringComparison.Ordinal))
            {
                await StartAsync(Here(step.Command), until);
            }
            else
            {
                Printed = await Repository.RunAsync("bash", ["-euc", Here(step.Command)], Repository.Folder, engine: null, Cancel);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is null)
        {
            return;
        }

        // As Ctrl+C does it: to the program and to `dotnet run` before it.
        if (!_host.HasExited)
        {
            await Repository.RunAsync("kill", ["-INT", $"-{_host.Id}"], Repository.Folder, engine: null, CancellationToken.None);
        }

        await _host.WaitForExitAsync(CancellationToken.None);
        _host.Dispose();
    }

    private static int FreePort()
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        return ((IPEndPoint)free.LocalEndpoint).Port;
    }

    private string Here(string text) => text.Replace(_shown + "/", _folder + "/", StringComparison.Ordinal).Replace("localhost:5000", $"localhost:{_port}", StringComparison.Ordinal);

    private void Put(string code, string where)
    {
        var (file, path) = Place(where) is { Success: true } place
            ? (Here(place.Groups["path"].Value), place)
            : throw new InvalidOperationException($"The page does not say where this goes: '{where}'");
        var text = File.ReadAllText(file);
        var anchor = path.Groups["anchor"].Value;
        File.WriteAllText(file, path.Groups["verb"].Value switch
        {
            "Replace the content of" => code,
            "Append to" => text + "\n" + code,
            "Insert before" when Once(text, anchor) => text.Replace(anchor, code + anchor, StringComparison.Ordinal),
            "Replace" when Once(text, anchor) => text.Replace(anchor, code.TrimEnd(), StringComparison.Ordinal),
            _ => throw new InvalidOperationException($"'{anchor}' is not once in {file}: {text}"),
        });
    }

    private static bool Once(string text, string anchor) => text.Split(anchor).Length == 2;

    private async Task StartAsync(string command, string until)
    {
        // A group of its own, as a shell gives it.
        var start = new ProcessStartInfo("setsid", ["bash", "-c", $"exec {command}"]) { WorkingDirectory = Repository.Folder, RedirectStandardOutput = true };
        _host = Process.Start(start)!;
        var printed = new StringBuilder();
        while (await _host.StandardOutput.ReadLineAsync(Cancel) is { } line)
        {
            printed.AppendLine(line);
            if (line.Contains(until, StringComparison.Ordinal))
            {
                Printed = printed.ToString();
                // Its pipe must not fill up.
                _ = _host.StandardOutput.ReadToEndAsync(CancellationToken.None);
                return;
            }
        }

        throw new InvalidOperationException($"'{command}' ended before it printed '{until}': {printed}");
    }

    private static Match Place(string where) => PlaceOfCode().Match(where);

    [GeneratedRegex("^(?:In .*, )?(?<verb>Replace the content of|Append to|Insert before|Replace) (?:`(?<anchor>[^`]+)` in )?`(?<path>[^`]+)`:$")]
    private static partial Regex PlaceOfCode();
}
