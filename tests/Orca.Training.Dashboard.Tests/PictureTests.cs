using System.Globalization;
using System.Security.Claims;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Orca.Training.Client;
using Orca.Training.Dashboard.Tests.Support;
using Orca.Training.Jobs;
using Orca.Training.Scheduling.Capacity;
using Orca.Training.Testing;
using Orca.Training.Tests.Shared;

namespace Orca.Training.Dashboard.Tests;

/// <summary>
/// The pictures of docs/, taken from an installation that is the same each time. <c>eng/screenshots.sh</c> takes them anew; without it, this only
/// looks whether each view has them.
/// </summary>
public sealed class PictureTests(Browser browser)
{
    private const string Algorithm = "intent-classification";

    private static readonly string Folder = Path.Combine(Repository.Folder, "docs/images");

    private static readonly Dictionary<string, string> Views = new()
    {
        ["now"] = "#/", ["trainings"] = "#/trainings", ["training"] = "#/trainings/5", ["failure"] = "#/trainings/3", ["waiting"] = "#/trainings/9",
        ["compare"] = "#/compare?job=1&job=2&job=4", ["model"] = "#/models/intents", ["submit"] = "#/submit?from=5",
    };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_view_has_a_picture_in_both_themes()
    {
        if (Environment.GetEnvironmentVariable("ORCA_PICTURES") == "write")
        {
            await TakeAsync();
        }

        var wanted = Views.Keys.SelectMany(v => new[] { $"{v}-dark.png", $"{v}-light.png" }).Order(StringComparer.Ordinal);
        Assert.Equal(wanted, Directory.GetFiles(Folder).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal));
    }

    private async Task TakeAsync()
    {
        Directory.CreateDirectory(Folder);
        await using var service = await Service.StartAsync(builder => builder.Services
            .AddOrcaTraining(o => o.AddAlgorithm(Algorithm, "orca-training/intent-classification:latest", a =>
            {
                a.DeclaredParameters["EPOCHS"] = new() { Kind = ParameterKind.WholeNumber, Least = 1, Most = 1000, Default = "20", Description = "Passes over the data" };
                a.DeclaredParameters["LR"] = new() { Kind = ParameterKind.Number, Least = 0, Most = 1, Default = "0.03", Description = "Learning rate" };
            }))
            .UseCapacityPolicy(CapacityPolicies.Jobs(2)));
        service.Engine.Script(attempt => Script(attempt.Name.Attempt.Job.Value));
        foreach (var (name, rate) in new[] { ("baseline", "0.03"), ("slower", "0.01"), ("too wide", "0.03"), ("faster", "0.1") })
        {
            var job = await SubmitAsync(service, "anna", name, rate);
            await service.EndAsync(job);
        }

        // One after the other, so that it is always these two that run.
        await RunsAsync(service, await SubmitAsync(service, "anna", "wider layers", "0.05"));
        await RunsAsync(service, await SubmitAsync(service, "ben", "speech intents", "0.03", "speech"));
        for (var i = 0; i < 4; i++)
        {
            await SubmitAsync(service, i == 1 ? "carla" : "anna", $"sweep {i + 1}", "0.02");
        }

        foreach (var theme in new[] { ColorScheme.Light, ColorScheme.Dark })
        {
            await using var visit = await browser.OpenAsync(service.Page, theme);
            foreach (var (name, view) in Views)
            {
                await visit.GoAsync(view);
                await visit.Page.WaitForTimeoutAsync(700);
                await visit.Page.ScreenshotAsync(new() { Path = Path.Combine(Folder, $"{name}-{theme.ToString().ToLowerInvariant()}.png"), FullPage = true });
            }
        }
    }

    private static async Task RunsAsync(Service service, JobId job) =>
        await service.Client.WatchTrainingAsync(job, cancellationToken: Token).FirstAsync(s => s.Progress.Done > 4, Token);

    private static Task<JobId> SubmitAsync(Service service, string user, string name, string rate, string dataset = "clinc150") =>
        service.App.Services.GetRequiredService<ITrainingClientFactory>()
            .For(new ClaimsPrincipal(new ClaimsIdentity([new Claim("sub", user), new Claim(ClaimTypes.Name, user)], "test")), "127.0.0.1")
            .TrainAsync(
                new TrainingRequest
                {
                    Algorithm = Algorithm, DatasetId = dataset, Name = name, OutputModelName = "intents",
                    Parameters = new Dictionary<string, string> { ["LR"] = rate, ["EPOCHS"] = "20" },
                },
                Token);

    /// <summary>What each training does: the third runs out of memory, the fifth and sixth are still at it.</summary>
    private static FakeTraining Script(long job)
    {
        var epochs = job switch { 3 => 6, 5 => 12, 6 => 5, _ => 20 };
        var training = FakeTraining.Succeeds.Prints("Training on 15000 rows of 150 intents").Leaves("model/weights.pt", new byte[412_345]);
        for (var epoch = 1; epoch <= epochs; epoch++)
        {
            var (decay, noise) = (Math.Exp(-epoch / (3.0 + (job % 4))), 0.012 * Math.Sin((epoch * 2.4) + job));
            training = training
                .Prints(string.Create(CultureInfo.InvariantCulture, $"epoch {epoch}/20  loss {(4.2 * decay) + 0.31 + noise:F4}  accuracy {0.93 - (0.8 * decay) + noise:F4}"))
                .Prints(string.Create(CultureInfo.InvariantCulture, $$"""{"orca":"progress","done":{{epoch}},"total":20}"""))
                .Prints(string.Create(
                    CultureInfo.InvariantCulture,
                    $$"""{"orca":"metric","step":{{epoch}},"loss":{{(4.2 * decay) + 0.31 + noise:F4}},"val_accuracy":{{0.93 - (0.8 * decay) + noise:F4}}}"""));
        }

        return job switch
        {
            3 => training.RunsOutOfMemory(),
            > 4 => training.RunsFor(TimeSpan.FromHours(1)),
            _ => training,
        };
    }
}
