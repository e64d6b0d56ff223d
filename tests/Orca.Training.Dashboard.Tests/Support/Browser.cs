using Microsoft.Playwright;
using Orca.Training.Tests.Shared;

[assembly: AssemblyFixture(typeof(Orca.Training.Dashboard.Tests.Support.Browser))]

namespace Orca.Training.Dashboard.Tests.Support;

/// <summary>A real Chromium, one for all tests.</summary>
public sealed class Browser : IAsyncLifetime
{
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async ValueTask InitializeAsync()
    {
        var path = await Repository.RunScriptAsync("browser.sh", [], engine: null, TestContext.Current.CancellationToken);
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = path, Args = ["--no-sandbox"] });
    }

    /// <summary>Opens a page at an address, and watches what it must not do.</summary>
    public async Task<Visit> OpenAsync(Uri address, ColorScheme theme = ColorScheme.Light, int width = 1280, bool isAudit = false)
    {
        // An audit adds a script of its own to the page, which the page's policy would refuse.
        var context = await _browser!.NewContextAsync(new() { ColorScheme = theme, ViewportSize = new() { Width = width, Height = 900 }, BypassCSP = isAudit });
        return await Visit.StartAsync(context, address);
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
    }
}
