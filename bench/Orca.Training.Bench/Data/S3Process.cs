using System.Diagnostics;
using System.Globalization;

namespace Orca.Training.Bench.Data;

/// <summary>An S3 server of the bench's own.</summary>
internal sealed class S3Process : IDisposable
{
    private static readonly string Name = $"bench-{Environment.ProcessId}";

    private readonly Dictionary<string, string> _answer = Run("up", "--for", Environment.ProcessId.ToString(CultureInfo.InvariantCulture))
        .Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Select(line => line.Split('=', 2))
        .ToDictionary(pair => pair[0], pair => pair[1].Trim('\''));

    public MinioOptions Options => new()
    {
        Endpoint = _answer["ORCA_S3"],
        AccessKey = _answer["ORCA_S3_ACCESS_KEY"],
        SecretKey = _answer["ORCA_S3_SECRET_KEY"],
        DatasetBucket = "orca-datasets",
        RunBucket = "orca-runs",
    };

    /// <summary>Whoever asks it from now on gets no answer.</summary>
    public static void Kill() => Run("kill");

    public void Dispose() => Run("down");

    private static string Run(string command, params string[] more)
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "eng", "s3.sh")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The bench runs outside the repository.");
        }

        using var process = Process.Start(new ProcessStartInfo(Path.Combine(folder, "eng", "s3.sh"), [command, Name, .. more]) { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"eng/s3.sh {command} ended with {process.ExitCode}.");
    }
}
