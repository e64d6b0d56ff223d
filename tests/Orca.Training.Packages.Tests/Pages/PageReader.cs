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
    private readonly Dictionary<string, int> _ports = [];
    private readonly List<Process> _hosts = [];

    /// <param name="feed">The packages.</param>
    /// <param name="shown">The folder that the page speaks of, such as <c>../first</c>.</param>
    public PageReader(Feed feed, string shown)
    {
        _shown = shown;
        _folder = Directory.CreateDirectory(Path.Combine(feed.Projects, Path.GetFileName(shown))).FullName;
    }

    /// <summary>Texts of the page that are others here, such as a real engine and a fake one.</summary>
    public Dictionary<string, string> Instead { get; } = [];

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

    /// <summary>Where a host listens that the page has at a port of its own.</summary>
    public Uri AddressOf(int shownPort) => new(Here($"http://localhost:{shownPort}"));

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts)
        {
            // `dotnet run` ends with the program that it runs. Each process by its own id: some versions of kill take a negative one for all there are.
            foreach (var program in host.HasExited ? [] : ProgramsOf(host.Id))
            {
                await Repository.RunAsync("kill", ["-TERM", program], Repository.Folder, engine: null, CancellationToken.None);
            }

            await host.WaitForExitAsync(CancellationToken.None);
            host.Dispose();
        }
    }

    /// <summary>The programs of this folder that a process runs: not the compiler's server, which others may use too.</summary>
    private IEnumerable<string> ProgramsOf(int process) => Directory.EnumerateDirectories($"/proc/{process}/task")
        .SelectMany(t => File.ReadAllText(Path.Combine(t, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .Where(child => File.ReadAllText($"/proc/{child}/cmdline").Contains(_folder + "/", StringComparison.Ordinal));

    private static int FreePort()
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        return ((IPEndPoint)free.LocalEndpoint).Port;
    }

    private string Here(string text)
    {
        text = Instead.Aggregate(text.Replace(_shown + "/", _folder + "/", StringComparison.Ordinal), (t, i) => t.Replace(i.Key, i.Value, StringComparison.Ordinal));
        return Port().Replace(text, m => $"localhost:{(_ports.TryGetValue(m.Value, out var port) ? port : _ports[m.Value] = FreePort())}");
    }

    private void Put(string code, string where)
    {
        var place = CodePlace.Of(where) ?? throw new InvalidOperationException($"The page does not say where this goes: '{where}'");
        var file = Here(place.File);
        File.WriteAllText(file, (place with { Anchor = Here(place.Anchor) }).Put(File.ReadAllText(file), code));
    }

    private async Task StartAsync(string command, string until)
    {
        var start = new ProcessStartInfo("bash", ["-c", $"exec {command}"]) { WorkingDirectory = Repository.Folder, RedirectStandardOutput = true };
        var host = Process.Start(start)!;
        _hosts.Add(host);
        var printed = new StringBuilder();
        while (await host.StandardOutput.ReadLineAsync(Cancel) is { } line)
        {
            printed.AppendLine(line);
            if (line.Contains(until, StringComparison.Ordinal))
            {
                Printed = printed.ToString();
                // Its pipe must not fill up.
                _ = host.StandardOutput.ReadToEndAsync(CancellationToken.None);
                return;
            }
        }

        throw new InvalidOperationException($"'{command}' ended before it printed '{until}': {printed}");
    }

    [GeneratedRegex("localhost:50[0-9]{2}")]
    private static partial Regex Port();
}
