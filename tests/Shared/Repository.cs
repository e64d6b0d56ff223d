using System.Diagnostics;

namespace Orca.Training.Tests.Shared;

/// <summary>The repository that the tests were built from, and its scripts.</summary>
internal static class Repository
{
    public static string Folder { get; } = Find();

    /// <summary>A file of the data that may lie beside the repository; null where it does not.</summary>
    public static string? SharedData(string name)
    {
        var path = Path.GetFullPath(Path.Combine(Folder, "..", "shared", "data", name));
        return File.Exists(path) ? path : null;
    }

    /// <summary>Runs a script of eng/ on an engine, or on the default one, and gives what it printed.</summary>
    public static Task<string> RunScriptAsync(string script, IReadOnlyList<string> arguments, string? engine, CancellationToken cancellationToken) =>
        RunAsync(Path.Combine(Folder, "eng", script), arguments, Folder, engine, cancellationToken);

    /// <summary>Runs a program to its end and gives what it printed.</summary>
    /// <exception cref="InvalidOperationException">It failed; the message holds what it printed.</exception>
    public static async Task<string> RunAsync(string program, IReadOnlyList<string> arguments, string folder, string? engine, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        if (engine is not null)
        {
            start.Environment["DOCKER_HOST"] = engine;
        }

        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync(cancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode == 0
            ? output.Trim()
            : throw new InvalidOperationException($"{Path.GetFileName(program)} {string.Join(' ', arguments)} ended with {process.ExitCode}: {output}{await error}");
    }

    private static string Find()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Directory.Packages.props")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests run outside the repository.");
        }

        return folder;
    }
}
