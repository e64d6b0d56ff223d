using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Orca.Training.Client;
using Orca.Training.Jobs;
using Orca.Training.Scheduling.Capacity;
using Orca.Training.Testing;

namespace Orca.Training.Tests.Hosting;

/// <summary>What a host writes and tells is the same whatever culture it runs under.</summary>
public sealed class CultureTests
{
    [Fact]
    public async Task A_host_says_the_same_in_every_culture()
    {
        var usual = await LiveAsync(CultureInfo.InvariantCulture);
        var foreign = await LiveAsync(Foreign());

        Assert.Contains(usual, line => line.Contains("0.5 of 1.5 done", StringComparison.Ordinal));
        Assert.Contains(usual, line => line.Contains("it needs 99.5 processors", StringComparison.Ordinal));
        Assert.Equal(usual, foreign);
    }

    [Fact]
    public void The_foreign_culture_is_foreign()
    {
        var foreign = Foreign();

        Assert.Equal("−1,5", (-1.5).ToString(foreign));
        Assert.Equal("31#12#2030 23-59", new DateTime(2030, 12, 31, 23, 59, 0).ToString("g", foreign));
    }

    /// <summary>The tests run without the system's cultures, so one is made: a decimal comma, a minus sign of its own, other dates.</summary>
    private static CultureInfo Foreign()
    {
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        culture.NumberFormat.NumberDecimalSeparator = ",";
        culture.NumberFormat.NumberGroupSeparator = ".";
        culture.NumberFormat.PercentDecimalSeparator = ",";
        culture.NumberFormat.NegativeSign = "−";
        culture.DateTimeFormat.ShortDatePattern = "dd#MM#yyyy";
        culture.DateTimeFormat.LongDatePattern = "dd#MM#yyyy";
        culture.DateTimeFormat.ShortTimePattern = "HH-mm";
        culture.DateTimeFormat.LongTimePattern = "HH-mm-ss";
        culture.DateTimeFormat.DateSeparator = "#";
        culture.DateTimeFormat.TimeSeparator = "-";
        return culture;
    }

    /// <summary>A host's life with a success, a failure, a job that never fits and wrong settings: all that it said.</summary>
    private static async Task<List<string>> LiveAsync(CultureInfo culture)
    {
        var said = new List<string>();
        await VirtualTime.RunAsync(async time =>
        {
            CultureInfo.CurrentCulture = culture;
            CultureInfo.CurrentUICulture = culture;
            var cancel = TestContext.Current.CancellationToken;
            var runtime = new FakeContainerRuntime(time);
            runtime.Script(spec =>
            {
                said.AddRange(spec.Environment.Select(v => $"{v.Key}={v.Value}").Append(spec.Limits.Cpus.ToString(CultureInfo.InvariantCulture)));
                return spec.Environment["TRAINING_DATASET_ID"] == "bad"
                    ? FakeTraining.Succeeds.RunsFor(TimeSpan.FromMinutes(90)).RunsOutOfMemory()
                    : FakeTraining.Succeeds.RunsFor(TimeSpan.FromMinutes(90)).Prints("""{"orca":"progress","done":0.5,"total":1.5}""").Prints("""{"orca":"metric","loss":-0.25}""");
            });
            var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = "tests" });
            builder.Logging.AddFakeLogging().SetMinimumLevel(LogLevel.Debug);
            builder.Services.AddOrcaTraining(o =>
                {
                    o.FailUnplaceable = true;
                    o.AddAlgorithm("a", "image", a => a.Cpus = 1.5).AddAlgorithm("big", "image", a => a.Cpus = 99.5);
                })
                .UseFakeRuntime(runtime).UseFakeFiles().UseVirtualTime(time).UseCapacityPolicy(CapacityPolicies.ByResources)
                .UseJobStore(s => new Training.Jobs.Storage.Memory.MemoryJobStore(new(), time, new InstallationId("here")));
            using var host = builder.Build();
            await host.StartAsync(cancel);
            var client = host.Services.GetRequiredService<ITrainingClient>();
            foreach (var (algorithm, dataset) in new[] { ("a", "d"), ("a", "bad"), ("big", "d") })
            {
                var job = await client.TrainAsync(new TrainingRequest { Algorithm = algorithm, DatasetId = dataset }, cancel);
                await foreach (var status in client.WatchTrainingAsync(job, cancellationToken: cancel))
                {
                    said.Add($"{status.Message} {string.Join(' ', status.Progress.Metrics.Select(m => m.Key))}");
                }
            }

            await host.StopAsync(cancel);
            said.AddRange(host.Services.GetRequiredService<FakeLogCollector>().GetSnapshot().Select(r => $"{r.Level} {r.Message}"));
            var wrong = new OptionsValidator("").Validate(null, new OrcaTrainingOptions { StopGrace = TimeSpan.FromSeconds(-1.5) }.AddAlgorithm("a", "i", a => a.Cpus = -0.5));
            said.AddRange(wrong.Failures!);
        });
        return said;
    }
}
