using System.Globalization;
using Orca.Training.Client;
using Orca.Training.Jobs;
using Spectre.Console;

namespace Orca.Training.Demo;

/// <summary>Shows a job as it goes: a progress bar on a terminal, a line for each epoch elsewhere.</summary>
internal sealed class Display(JobId job)
{
    public async Task<TrainingStatus> ShowAsync(IAsyncEnumerable<TrainingStatus> statuses)
    {
        var terminal = AnsiConsole.Profile.Capabilities.Interactive;
        return terminal ? await ShowBarAsync(statuses) : await ShowLinesAsync(statuses);
    }

    private Task<TrainingStatus> ShowBarAsync(IAsyncEnumerable<TrainingStatus> statuses) =>
        AnsiConsole.Progress()
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn())
            .StartAsync(async context =>
            {
                var bar = context.AddTask($"Job {job}");
                TrainingStatus? last = null;
                await foreach (var status in statuses)
                {
                    last = status;
                    bar.Description = Markup.Escape(Line(status));
                    bar.MaxValue = status.Progress.Total ?? 1;
                    bar.Value = status.State is JobState.Succeeded ? bar.MaxValue : status.Progress.Done ?? 0;
                }

                bar.StopTask();
                return Last(last);
            });

    private async Task<TrainingStatus> ShowLinesAsync(IAsyncEnumerable<TrainingStatus> statuses)
    {
        TrainingStatus? last = null;
        var shown = "";
        await foreach (var status in statuses)
        {
            last = status;
            if (Line(status) is var line && line != shown)
            {
                shown = line;
                Console.WriteLine(line);
            }
        }

        return Last(last);
    }

    private string Line(TrainingStatus status)
    {
        var metrics = status.Progress.Metrics;
        if (status.State is not JobState.Running || !metrics.TryGetValue("epoch", out var epoch))
        {
            return $"Job {job}: {status.Message}";
        }

        var accuracy = metrics.TryGetValue("accuracy", out var value) ? string.Create(CultureInfo.InvariantCulture, $", accuracy {value:0.000}") : "";
        var loss = metrics.TryGetValue("loss", out value) ? string.Create(CultureInfo.InvariantCulture, $", loss {value:0.000}") : "";
        var total = status.Progress.Total is { } all ? string.Create(CultureInfo.InvariantCulture, $" of {all:0}") : "";
        return string.Create(CultureInfo.InvariantCulture, $"Job {job}: epoch {epoch:0}{total}{accuracy}{loss}");
    }

    private static TrainingStatus Last(TrainingStatus? status) => status ?? throw new InvalidOperationException("The service told nothing about the job.");
}
