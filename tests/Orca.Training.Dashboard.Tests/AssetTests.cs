using System.Net;
using System.Text.RegularExpressions;
using Orca.Training.AspNetCore.Dashboard;
using Orca.Training.Dashboard.Tests.Support;
using Orca.Training.Tests.Shared;

namespace Orca.Training.Dashboard.Tests;

/// <summary>The files of the page, and how they are served.</summary>
public sealed partial class AssetTests
{
    private static readonly string Folder = Path.Combine(Repository.Folder, "src/Orca.Training.AspNetCore/Dashboard/web");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task All_files_together_are_at_most_100_kB_over_the_wire()
    {
        await using var service = await Service.StartAsync();
        using var http = new HttpClient();
        http.DefaultRequestHeaders.AcceptEncoding.ParseAdd("gzip");
        long sum = 0;
        foreach (var asset in Asset.ReadAll())
        {
            var name = asset.Name == "index.html" ? "" : asset.Name;
            sum += (await http.GetByteArrayAsync(new Uri(service.Page, name), Token)).Length;
        }

        Assert.InRange(sum, 1, 100_000);
    }

    [Fact]
    public void The_page_has_at_most_30_modules_of_its_own_and_none_over_400_lines()
    {
        var modules = Directory.GetFiles(Folder, "*.js", SearchOption.AllDirectories).Where(f => !f.Contains("/vendor/", StringComparison.Ordinal)).ToList();

        Assert.InRange(modules.Count, 1, 30);
        Assert.DoesNotContain(modules, m => File.ReadLines(m).Count() > 400);
    }

    [Fact]
    public void Every_module_is_loaded_ahead_so_that_the_browser_fetches_all_at_once()
    {
        var index = File.ReadAllText(Path.Combine(Folder, "index.html"));
        var ahead = Preload().Matches(index).Select(m => m.Groups[1].Value).Order();

        var modules = Directory.GetFiles(Folder, "*.js", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(Folder, f)).Where(f => f != "app.js").Order();

        Assert.Equal(modules, ahead);
    }

    [Fact]
    public async Task The_page_allows_nothing_but_its_own_files_and_calls()
    {
        await using var service = await Service.StartAsync();
        using var http = new HttpClient();

        using var answer = await http.GetAsync(service.Page, Token);

        Assert.Equal(
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; " +
            "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
            Assert.Single(answer.Headers.GetValues("Content-Security-Policy")));
    }

    [Fact]
    public async Task A_file_that_the_browser_has_is_not_sent_again()
    {
        await using var service = await Service.StartAsync();
        using var http = new HttpClient();
        using var first = await http.GetAsync(new Uri(service.Page, "app.js"), Token);
        using var again = new HttpRequestMessage(HttpMethod.Get, new Uri(service.Page, "app.js"));
        again.Headers.IfNoneMatch.Add(first.Headers.ETag!);

        using var second = await http.SendAsync(again, Token);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.NotModified), (first.StatusCode, second.StatusCode));
    }

    [Theory]
    [InlineData("GET", "")]
    [InlineData("HEAD", "")]
    [InlineData("GET", "app.js")]
    [InlineData("GET", "api/trainings")]
    [InlineData("POST", "api/trainings")]
    [InlineData("POST", "api/trainings/1/cancel")]
    [InlineData("DELETE", "api/models/m/aliases/a")]
    public async Task A_page_of_another_site_is_refused(string method, string path)
    {
        await using var service = await Service.StartAsync();
        using var http = new HttpClient();

        foreach (var (header, value) in new[] { ("Host", "evil.example"), ("Origin", "http://evil.example"), ("Sec-Fetch-Site", "cross-site") })
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(service.Page, path));
            request.Headers.TryAddWithoutValidation(header, value);
            using var answer = await http.SendAsync(request, Token);
            Assert.True(answer.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized, $"{method} {path} with {header}: {answer.StatusCode}");
        }
    }

    [GeneratedRegex("<link rel=\"modulepreload\" href=\"([^\"]+)\">")]
    private static partial Regex Preload();
}
