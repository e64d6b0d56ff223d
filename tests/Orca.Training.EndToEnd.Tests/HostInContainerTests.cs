using System.Diagnostics;
using System.Text.RegularExpressions;
using Orca.Training.Client;
using Orca.Training.Jobs;

namespace Orca.Training.EndToEnd.Tests;

/// <summary>The sample host in a container beside the engine that it uses, as a compose file has it: nothing but the engine's socket is shared.</summary>
public sealed partial class HostInContainerTests
{
    private const string Image = "debian:trixie-slim";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_gives_trainings_their_data_and_has_what_they_leave_without_a_setting()
    {
        await Repository.RunScriptAsync("base-image.sh", [], engine: null, Cancel);
        var container = await RunHostAsync();
        try
        {
            await using var client = GrpcTrainingClient.Connect(await AddressOfAsync(container));
            var job = await client.TrainAsync(
                new TrainingRequest
                {
                    Algorithm = "shell",
                    DatasetId = "intents",
                    Parameters = new Dictionary<string, string> { ["SCRIPT"] = """set -e; find "$TRAINING_DATA_PATH" -type f -exec head -c 9 {} ";" | head -c 9 > "$ORCA_OUTPUT_PATH/model"; echo '{"orca":"artifact","name":"model","size":9}'""" },
                },
                Cancel);
            TrainingStatus? status = null;
            await foreach (var now in client.WatchTrainingAsync(job, cancellationToken: Cancel))
            {
                status = now;
            }

            Assert.True(status!.State is JobState.Succeeded, status.Message);
            var model = Assert.Single(status.Artifacts);
            var summed = await DockerAsync("exec", container, "sha256sum", model.Location.LocalPath);
            Assert.Equal((9, summed.Split(' ')[0]), (model.Size, model.Sha256));
        }
        finally
        {
            await Repository.RunAsync("docker", ["rm", "--force", "--volumes", container], Repository.Folder, engine: null, CancellationToken.None);
        }
    }

    private static Task<string> RunHostAsync()
    {
        var dotnet = Path.GetDirectoryName(Path.GetDirectoryName(Path.GetDirectoryName(Path.GetDirectoryName(typeof(object).Assembly.Location))))!;
        var host = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "Orca.Training.SampleHost", Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory))));
        string[] settings =
        [
            "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1", "Kestrel__Endpoints__Pages__Url=http://127.0.0.1:0", "Kestrel__Endpoints__Pages__Protocols=Http2", "Kestrel__Endpoints__Grpc__Url=http://127.0.0.1:0",
            "OrcaTraining__ApplicationName=host-in-container", "OrcaTraining__DataFolder=/var/lib/orca", "ConnectionStrings__Jobs=Data Source=/tmp/jobs.db",
            $"OrcaTraining__Algorithms__shell__Image={Service.TestImage}", "OrcaTraining__Algorithms__shell__MemoryMiB=64",
            "OrcaTraining__Algorithms__shell__Command__0=/bin/sh", "OrcaTraining__Algorithms__shell__Command__1=-c", "OrcaTraining__Algorithms__shell__Command__2=eval \"$SCRIPT\"",
            "Datasets__intents__Train=/samples/intents/train.csv", "Datasets__intents__Test=",
        ];
        var socket = Environment.GetEnvironmentVariable("DOCKER_HOST") is { Length: > 0 } set ? new Uri(set).LocalPath : "/var/run/docker.sock";
        return DockerAsync(
        [
            "run", "--detach", "--network", "host", "--workdir", "/host",
            "--volume", $"{dotnet}:/dotnet:ro", "--volume", $"{host}:/host:ro", "--volume", $"{Path.Combine(Repository.Folder, "samples", "data")}:/samples:ro",
            "--volume", $"{socket}:/var/run/docker.sock",
            .. settings.SelectMany(s => new[] { "--env", s }),
            Image, "/dotnet/dotnet", "Orca.Training.SampleHost.dll",
        ]);
    }

    /// <summary>An address that the host says it listens on; it speaks gRPC on both.</summary>
    private static async Task<string> AddressOfAsync(string container)
    {
        var start = new ProcessStartInfo("docker", ["logs", "--follow", container]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var logs = Process.Start(start)!;
        try
        {
            var said = new List<string>();
            while (await logs.StandardOutput.ReadLineAsync(Cancel) is { } line)
            {
                said.Add(line);
                if (Listening().Match(line) is { Success: true } address)
                {
                    return address.Groups[1].Value;
                }
            }

            throw new Xunit.Sdk.XunitException($"The host ended: {string.Join('\n', said)}{await logs.StandardError.ReadToEndAsync(Cancel)}");
        }
        finally
        {
            logs.Kill();
        }
    }

    private static Task<string> DockerAsync(params string[] words) => Repository.RunAsync("docker", words, Repository.Folder, engine: null, Cancel);

    [GeneratedRegex("Now listening on: (http://[0-9.:]+)")]
    private static partial Regex Listening();
}
