using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace Orca.Training.Dashboard.Tests.Support;

/// <summary>
/// A person's visit to the page. Its end fails the test if the page logged an error, broke its content security policy, or asked another
/// server for something.
/// </summary>
public sealed class Visit : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly ConcurrentQueue<string> _faults = new();
    private readonly Uri _address;

    private Visit(IBrowserContext context, IPage page, Uri address)
    {
        _context = context;
        Page = page;
        _address = address;
    }

    public IPage Page { get; }

    /// <summary>Answers of the service that a test provokes, which a browser logs as errors.</summary>
    public bool ExpectsRefusals { get; set; }

    internal static async Task<Visit> StartAsync(IBrowserContext context, Uri address)
    {
        var page = await context.NewPageAsync();
        page.SetDefaultTimeout(15_000);
        var visit = new Visit(context, page, address);
        page.Console += (_, message) => visit.Hear(message);
        page.PageError += (_, error) => visit._faults.Enqueue($"Error of the page: {error}");
        page.Request += (_, request) => visit.CheckTarget(request.Url);
        await page.AddInitScriptAsync("addEventListener('securitypolicyviolation', e => console.error(`Policy: ${e.violatedDirective} ${e.blockedURI} ${e.sample}`))");
        await page.GotoAsync(address.AbsoluteUri);
        return visit;
    }

    /// <summary>Goes to a view, as a click on a link does, and waits until it shows its values.</summary>
    public async Task GoAsync(string view)
    {
        await Page.GotoAsync(new Uri(_address, view).AbsoluteUri);
        await Page.Locator("main h1").First.WaitForAsync();
        await Page.WaitForFunctionAsync("() => !document.querySelector('[aria-busy=true]')");
    }

    /// <summary>Waits until the page shows a text.</summary>
    public Task SeeAsync(string text) => Page.GetByText(text).First.WaitForAsync();

    public async ValueTask DisposeAsync()
    {
        await _context.DisposeAsync();
        Assert.True(_faults.IsEmpty, string.Join(Environment.NewLine, _faults));
    }

    private void Hear(IConsoleMessage message)
    {
        var isRefusal = message.Text.StartsWith("Failed to load resource", StringComparison.Ordinal);
        if (message.Type is "error" or "warning" && !(isRefusal && ExpectsRefusals))
        {
            _faults.Enqueue($"{message.Type}: {message.Text} ({message.Location})");
        }
    }

    private void CheckTarget(string url)
    {
        if (Uri.TryCreate(url, UriKind.Absolute, out var target) && target.Scheme is "http" or "https" && target.Authority != _address.Authority)
        {
            _faults.Enqueue($"The page asked {url}.");
        }
    }
}
