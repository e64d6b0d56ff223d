using System.Globalization;
using System.Text.Json;
using Orca.Training.Client;
using Orca.Training.Jobs;

namespace Orca.Training.Demo;

/// <summary>What came out: sentences for people, and a last line for programs.</summary>
internal static class Report
{
    public static void Print(TrainingStatus status, TimeSpan took, bool asJson)
    {
        var metrics = status.Progress.Metrics;
        var accuracy = metrics.TryGetValue("test_accuracy", out var value) ? value : default(double?);
        var cpuSeconds = metrics.TryGetValue("cpu_seconds", out value) ? value : default(double?);
        var model = status.Artifacts.FirstOrDefault(a => a.Name == "model.pt");
        if (status.State is JobState.Succeeded)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Succeeded in {took.TotalSeconds:0.0} s; {(accuracy is null ? "no test file" : string.Create(CultureInfo.InvariantCulture, $"test accuracy {accuracy:0.0000}"))}, {cpuSeconds:0.0} s of CPU time."));
            Console.WriteLine($"The model: {(model is null ? "none" : model.Location.IsFile ? model.Location.LocalPath : model.Location)}");
        }
        else
        {
            Console.WriteLine($"{status.State}: {status.Message}");
        }

        if (asJson)
        {
            Console.WriteLine(JsonSerializer.Serialize(new Dictionary<string, object?>
            {
                ["job_id"] = status.JobId.Value,
                ["state"] = status.State.ToString(),
                ["test_accuracy"] = accuracy,
                ["seconds"] = Math.Round(took.TotalSeconds, 1),
                ["cpu_seconds"] = cpuSeconds,
                ["model"] = model is null ? null : model.Location.IsFile ? model.Location.LocalPath : model.Location.ToString(),
                ["outcome"] = status.Outcome?.Code.Name,
            }));
        }
    }
}
