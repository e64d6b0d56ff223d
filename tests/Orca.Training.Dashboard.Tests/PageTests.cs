using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using Orca.Training.Dashboard.Tests.Support;
using Orca.Training.Jobs;
using Orca.Training.Testing;

namespace Orca.Training.Dashboard.Tests;

/// <summary>What people do on the page, in a real browser, with a real host behind it.</summary>
public sealed class PageTests(Browser browser)
{
    private static readonly FakeTraining Quick = FakeTraining.Succeeds
        .Prints("""{"orca":"metric","step":1,"loss":0.5,"val_accuracy":0.6}""")
        .Prints("""{"orca":"metric","step":2,"loss":0.25,"val_accuracy":0.8}""")
        .Prints("the last words")
        .Leaves("weights.bin", [1, 2, 3]);

    private static readonly FakeTraining Endless = FakeTraining.Succeeds
        .Prints("""{"orca":"progress","done":3,"total":10}""")
        .Prints("""{"orca":"metric","step":1,"loss":0.5}""")
        .RunsFor(TimeSpan.FromHours(1));

    private static readonly string[] Views = ["#/", "#/trainings", "#/trainings/1", "#/trainings/3", "#/trainings/4", "#/compare?job=1&job=2", "#/models", "#/datasets", "#/pools", "#/submit?from=1"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_first_visitor_is_told_how_to_submit_a_training()
    {
        await using var service = await Service.StartAsync();
        await using var visit = await browser.OpenAsync(service.Page);

        await visit.SeeAsync("There are no trainings yet");
        await visit.Page.GetByRole(AriaRole.Link, new() { Name = "Submit a training" }).ClickAsync();
        await visit.SeeAsync("As a command");
    }

    [Fact]
    public async Task A_training_that_is_submitted_elsewhere_appears_by_itself_and_its_row_changes()
    {
        await using var service = await Service.StartAsync();
        service.Engine.Script(_ => Endless);
        await using var visit = await browser.OpenAsync(new Uri(service.Page, "#/trainings"));
        await visit.SeeAsync("No training matches.");

        var job = await service.TrainAsync("from afar");

        var row = visit.Page.GetByRole(AriaRole.Row).Filter(new() { HasText = "from afar" });
        await row.GetByText("Running", new() { Exact = true }).WaitForAsync();
        await row.GetByText("30 %").WaitForAsync();
        await service.Client.CancelTrainingAsync(job, Token);
        await row.GetByText("Cancelled", new() { Exact = true }).WaitForAsync();
    }

    [Fact]
    public async Task A_training_is_cancelled_by_its_button_after_a_question()
    {
        await using var service = await Service.StartAsync();
        service.Engine.Script(_ => Endless);
        var job = await service.TrainAsync("too long");
        await using var visit = await browser.OpenAsync(new Uri(service.Page, $"#/trainings/{job}"));

        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        await visit.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();

        await visit.Page.Locator("main .head .state.Cancelled").WaitForAsync();
        Assert.Equal(JobState.Cancelled, (await service.EndAsync(job)).State);
    }

    [Fact]
    public async Task Curves_the_log_and_files_of_an_ended_training_are_shown()
    {
        await using var service = await Service.StartAsync();
        service.Engine.Script(_ => Quick);
        var job = await service.TrainAsync("quick");
        await service.EndAsync(job);
        await using var visit = await browser.OpenAsync(new Uri(service.Page, $"#/trainings/{job}"));

        await visit.SeeAsync("the last words");
        await visit.Page.GetByText("Numbers of val_accuracy").ClickAsync();
        await visit.Page.GetByRole(AriaRole.Region, new() { Name = "Numbers of val_accuracy" }).GetByText("0.8").WaitForAsync();
        var download = await visit.Page.RunAndWaitForDownloadAsync(() => visit.Page.GetByRole(AriaRole.Link, new() { Name = "weights.bin" }).ClickAsync());
        Assert.Equal([1, 2, 3], await File.ReadAllBytesAsync(await download.PathAsync(), Token));
    }

    [Fact]
    public async Task The_log_of_a_running_training_grows_on_the_page_and_has_each_line_once()
    {
        await using var service = await Service.StartAsync();
        service.Engine.Script(_ => Enumerable.Range(1, 8).Aggregate(
            FakeTraining.Succeeds, (training, i) => training.Prints($"line {i};", TimeSpan.FromMilliseconds(400 * i))).RunsFor(TimeSpan.FromSeconds(4)));
        var job = await service.TrainAsync("talks");
        await using var visit = await browser.OpenAsync(new Uri(service.Page, $"#/trainings/{job}"));

        await visit.SeeAsync("line 8;");

        var lines = (await visit.Page.Locator(".log > div").AllInnerTextsAsync()).Where(l => l.StartsWith("line", StringComparison.Ordinal)).ToList();
        Assert.Equal(Enumerable.Range(1, 8).Select(i => $"line {i};"), lines);
    }

    [Fact]
    public async Task A_training_is_submitted_found_and_cancelled_without_a_mouse()
    {
        await using var service = await Service.StartAsync();
        service.Engine.Script(_ => Endless);
        await using var visit = await browser.OpenAsync(service.Page);
        await visit.SeeAsync("There are no trainings yet");
        var keys = visit.Page.Keyboard;

        await keys.PressAsync("g");
        await keys.PressAsync("s");
        await visit.Page.GetByLabel("Name", new() { Exact = true }).FocusAsync();
        await keys.TypeAsync("by keys");
        await visit.Page.GetByLabel("Dataset", new() { Exact = true }).FocusAsync();
        await keys.TypeAsync("words");
        await keys.PressAsync("Enter");
        await visit.Page.Locator("main .head .state.Running").WaitForAsync();

        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).FocusAsync();
        var question = visit.Page.Locator("dialog");
        await keys.PressAsync("Enter");
        await question.WaitForAsync();
        await keys.PressAsync("Escape");
        // Not only closed: the page has heard of it.
        await question.WaitForAsync(new() { State = WaitForSelectorState.Detached });
        await keys.PressAsync("Enter");
        await question.WaitForAsync();
        await keys.PressAsync("Enter");
        await visit.Page.Locator("main .head .state.Cancelled").WaitForAsync();
    }

    [Fact]
    public async Task A_wrong_value_is_told_at_its_field()
    {
        await using var service = await Service.StartAsync(builder =>
            builder.Services.AddOrcaTraining(o => o.Algorithms["intents"].DeclaredParameters["LR"] = new() { Kind = ParameterKind.Number, Least = 0, Most = 1 }));
        await using var visit = await browser.OpenAsync(new Uri(service.Page, "#/submit"));
        visit.ExpectsRefusals = true;

        await visit.Page.GetByLabel("Dataset", new() { Exact = true }).FillAsync("words");
        await visit.Page.GetByLabel("LR").FillAsync("7");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Submit" }).ClickAsync();

        await visit.Page.Locator(".field", new() { HasText = "LR" }).Locator(".wrong").WaitForAsync();
    }

    [Fact]
    public async Task Foreign_text_is_shown_as_text()
    {
        const string Hostile = "<img src=x onerror=alert(1)> <script>alert(2)</script> javascript:alert(3) \u202Etxt";
        await using var service = await Service.StartAsync();
        service.Engine.Script(_ => Quick.Prints(Hostile).Prints("\u001b[31mred\u001b[0m \u001b]0;title\u0007after"));
        var job = await service.Client.TrainAsync(
            new TrainingRequest
            {
                Algorithm = "intents", DatasetId = "words", Name = "<b>bold</b>", Parameters = new Dictionary<string, string> { ["TEXT"] = Hostile },
                Labels = new Dictionary<string, string> { ["k"] = "<i>v</i>" },
            },
            Token);
        await service.EndAsync(job);
        await using var visit = await browser.OpenAsync(service.Page);

        foreach (var view in new[] { "#/", "#/trainings", $"#/trainings/{job}", $"#/compare?job={job}" })
        {
            await visit.GoAsync(view);
            await visit.SeeAsync("<b>bold</b>");
            Assert.Equal(0, await visit.Page.Locator("main img, main script, main b b, main i:has-text('v')").CountAsync());
        }

        await visit.GoAsync($"#/trainings/{job}");
        await visit.SeeAsync("<img src=x onerror=alert(1)>");
        await visit.SeeAsync("red after");
    }

    [Fact]
    public async Task A_page_whose_host_ends_says_so_and_goes_on_when_it_is_back()
    {
        var service = await Service.StartAsync();
        var address = service.Address;
        await using var visit = await browser.OpenAsync(service.Page);
        visit.ExpectsRefusals = true;
        await visit.SeeAsync("There are no trainings yet");

        await service.DisposeAsync();
        await visit.SeeAsync("Not connected");
        await using var next = await Service.StartAsync(builder => builder.Configuration["urls"] = address.AbsoluteUri);
        next.Engine.Script(_ => Endless);
        await next.TrainAsync("after the restart");

        await visit.SeeAsync("after the restart");
        await visit.SeeAsync("Live");
    }

    [Theory]
    [InlineData(ColorScheme.Light, 1280)]
    [InlineData(ColorScheme.Light, 390)]
    [InlineData(ColorScheme.Dark, 1280)]
    [InlineData(ColorScheme.Dark, 390)]
    public async Task Every_view_is_accessible_and_no_wider_than_the_screen(ColorScheme theme, int width)
    {
        await using var service = await Service.StartAsync();
        service.Engine.Script(attempt => attempt.Name.Attempt.Job.Value switch
        {
            3 => FakeTraining.Succeeds.RunsOutOfMemory(),
            4 => Endless,
            _ => Quick,
        });
        foreach (var name in new[] { "one", "two", "three" })
        {
            await service.EndAsync(await service.TrainAsync(name));
        }

        await service.TrainAsync("four");
        await service.Client.HoldTrainingAsync(await service.Client.TrainAsync(new() { Algorithm = "intents", DatasetId = "words", IsHeld = true }, Token), Token);
        await using var visit = await browser.OpenAsync(service.Page, theme, width, isAudit: true);

        foreach (var view in Views)
        {
            await visit.GoAsync(view);
            var result = await visit.Page.RunAxe(new AxeRunOptions { RunOnly = RunOnlyOptions.Tags("wcag2a", "wcag2aa", "wcag21aa", "wcag22aa") });
            Assert.True(
                result.Violations.Length == 0,
                string.Join(Environment.NewLine, result.Violations.Select(v => $"{view} {v.Id}: {v.Help} {string.Join(", ", v.Nodes.Select(n => n.Html))}")));
            Assert.True(await visit.Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth - innerWidth") <= 0, $"{view} is wider than the screen.");
        }
    }
}
