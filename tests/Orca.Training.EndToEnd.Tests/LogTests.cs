using Orca.Training.Client;
using Orca.Training.Jobs;
using Orca.Training.Machines;

namespace Orca.Training.EndToEnd.Tests;

/// <summary>What trainings print on the real engine, seen through the remote client.</summary>
public sealed class LogTests
{
    private const string Odd = """
        echo start; printf 'käse \377\n'; printf '10%%\r20%%\r\n'; printf '\033[31mred\033[0m\n'; printf 'a\0b\n'; echo; \
        echo '{"orca":"metric","loss":0.5}'; echo trouble >&2; \
        while [ ! -e "$ORCA_CHECKPOINT_PATH/go" ]; do sleep 0.05; done; \
        head -c 100000 /dev/zero | tr '\0' x; echo; printf 'no newline'; exit 3
        """;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_a_training_prints_is_read_while_it_runs_and_after_its_container_is_gone()
    {
        await using var service = await Service.StartAsync();
        var job = await service.RunAsync(Odd);
        var followed = new List<LogLine>();
        await foreach (var line in service.Client.StreamLogsAsync(job, new LogQuery { Follow = true }, Cancel))
        {
            followed.Add(line);
            if (followed.Count == 8)
            {
                Assert.Equal(JobState.Running, (await service.Client.GetTrainingStatusAsync(job, Cancel)).State);
                Assert.Equal(followed, await service.Client.StreamLogsAsync(job, cancellationToken: Cancel).ToListAsync(Cancel));
                var checkpoint = Directory.GetDirectories(service.DataFolder, "checkpoint", SearchOption.AllDirectories).Single();
                await File.WriteAllTextAsync(Path.Combine(checkpoint, "go"), "", Cancel);
            }
        }

        var standard = followed.Where(l => l.Stream == OutputStream.Standard).Select(l => l.Text).ToList();
        Assert.Equal(["start", "käse \uFFFD", "20%", "\x1b[31mred\x1b[0m", "a\0b", "", """{"orca":"metric","loss":0.5}"""], standard.Take(7));
        Assert.Equal(["trouble"], followed.Where(l => l.Stream == OutputStream.Error).Select(l => l.Text));
        Assert.Equal(new string('x', 100_000), string.Concat(standard[7..^1]));
        Assert.Equal("no newline", standard[^1]);
        Assert.Equal(followed.Select(l => l.Timestamp).Order(), followed.Select(l => l.Timestamp));
        var status = await service.FinishAsync(job);
        Assert.Equal("NonZeroExit", status.Outcome!.Code.Name);
        Assert.EndsWith("\nno newline", status.Message, StringComparison.Ordinal);

        while (await ContainersAsync(service) is { Length: > 0 })
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Cancel);
        }

        Assert.Equal(followed, await service.Client.StreamLogsAsync(job, cancellationToken: Cancel).ToListAsync(Cancel));
        Assert.Equal(["trouble"], await service.Client.StreamLogsAsync(job, new LogQuery { Stream = OutputStream.Error, Tail = 5 }, Cancel).Select(l => l.Text).ToListAsync(Cancel));
    }

    [Fact]
    public async Task Of_many_lines_in_a_short_time_each_is_told_once()
    {
        await using var service = await Service.StartAsync();
        var job = await service.RunAsync("seq 1 50000");

        var lines = await service.Client.StreamLogsAsync(job, new LogQuery { Follow = true }, Cancel).Select(l => l.Text).ToListAsync(Cancel);

        Assert.Equal(Enumerable.Range(1, 50_000).Select(i => $"{i}"), lines);
    }

    private static Task<string> ContainersAsync(Service service)
    {
        var installation = Path.GetFileName(Assert.Single(Directory.GetDirectories(Path.Combine(service.DataFolder, "runs"))));
        return Repository.RunAsync("docker", ["ps", "--all", "--quiet", "--filter", $"name=orca-{installation}-"], Repository.Folder, engine: null, Cancel);
    }
}
