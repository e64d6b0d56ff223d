using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Orca.Training.Packages.Tests.Pages;

/// <summary>docs/web.md is followed as its reader would; its engine alone is a fake one.</summary>
public sealed class WebPageTests(Feed feed)
{
    private static IReadOnlyList<PageStep> Steps { get; } = PageStep.AllOf("docs/web.md");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Its_site_answers_people_and_programs_itself_and_behind_its_proxy()
    {
        await using var reader = NewReader();
        PageStep[] testing = [new("dotnet add ../site/Site package Orca.Training.Testing --prerelease")];
        var authentication = Steps.Select((s, i) => (s, i)).First(x => x.s.Code?.Contains("AddAuthentication(", StringComparison.Ordinal) is true).i;
        var start = Steps.First(s => s.Command?.Contains(":5000", StringComparison.Ordinal) is true);

        // Before authentication: endpoints and events.
        await using (var open = NewReader())
        {
            await open.FollowAsync(Steps.Take(5).Concat(testing).Concat(Steps.Skip(5).Take(authentication - 5)).Append(start));
            using var http = new HttpClient { BaseAddress = open.AddressOf(5000) };
            await TrainsAndFollowsAsync(http, "");
            using var nothing = await http.GetAsync("trainings/999", Cancel);
            Assert.Equal((HttpStatusCode.NotFound, "application/problem+json"), (nothing.StatusCode, nothing.Content.Headers.ContentType?.MediaType));
        }

        // All of the page, with its client through its proxy at the end.
        await reader.FollowAsync(Steps.Skip(authentication).SkipLast(1));
        using var direct = Browser(reader.AddressOf(5000));
        using var refused = await direct.PostAsJsonAsync("trainings", new { Dataset = "d" }, Cancel);
                Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        using var page = await direct.GetAsync("trainings/1/watch", Cancel);
        Assert.Equal((HttpStatusCode.Redirect, "/Account/Login"), (page.StatusCode, page.Headers.Location?.AbsolutePath));
        using var proxied = Browser(reader.AddressOf(5001), new Version(2, 0));
        using var signedIn = await proxied.PostAsync("trainer/sign-in?name=ana", null, Cancel);
        Assert.Equal(HttpStatusCode.OK, signedIn.StatusCode);
        await TrainsAndFollowsAsync(proxied, "trainer/");

        using var other = Browser(reader.AddressOf(5001), new Version(2, 0));
        using var otherSignedIn = await other.PostAsync("trainer/sign-in?name=bob", null, Cancel);
        using var hidden = await other.GetAsync("trainer/trainings/1", Cancel);
        Assert.Equal(HttpStatusCode.NotFound, hidden.StatusCode);

        await reader.FollowAsync([Steps[^1]]);
        Assert.Equal("1 of ana: The training completed.", reader.Printed);
        var withoutToken = await Assert.ThrowsAsync<InvalidOperationException>(() => reader.FollowAsync([new($"dotnet run --project ../site/Client {reader.AddressOf(5001)}trainer ''")]));
        Assert.Contains("Unauthenticated", withoutToken.Message, StringComparison.Ordinal);
    }

    private PageReader NewReader() => new(feed, "../site")
    {
        Instead =
        {
            [".UseDocker()"] = ".UseFakeRuntime(new FakeContainerRuntime(TimeProvider.System)).UseFakeStores()",
            ["using Orca.Training;"] = "using Orca.Training;\nusing Orca.Training.Testing;",
        },
    };

    /// <summary>Submits by the endpoint and reads the events to the last.</summary>
    private static async Task TrainsAndFollowsAsync(HttpClient http, string prefix)
    {
        using var submitted = await http.PostAsJsonAsync(prefix + "trainings", new { Dataset = "d" }, Cancel);
        Assert.Equal(HttpStatusCode.Accepted, submitted.StatusCode);
        var events = await http.GetStringAsync(prefix + "trainings/1/events", Cancel);
        using var last = JsonDocument.Parse(events.Split("data: ")[^1]);
        Assert.Equal(("Succeeded", "The training completed."), (last.RootElement.GetProperty("state").GetString(), last.RootElement.GetProperty("message").GetString()));
                Assert.Contains("EventSource(\"events\")", await http.GetStringAsync(prefix + "trainings/1/watch", Cancel), StringComparison.Ordinal);
    }

    private static HttpClient Browser(Uri address, Version? version = null) => new(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() })
    {
        BaseAddress = address,
        DefaultRequestVersion = version ?? HttpVersion.Version11,
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };
}
