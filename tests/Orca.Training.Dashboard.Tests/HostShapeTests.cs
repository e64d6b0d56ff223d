using System.Security.Claims;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Playwright;
using Orca.Training.Dashboard.Tests.Support;
using Orca.Training.Testing;
using Yarp.ReverseProxy.Configuration;

namespace Orca.Training.Dashboard.Tests;

/// <summary>The page works in hosts of many shapes: it loads, a row changes while one looks, a training is cancelled, and nothing is logged as an error.</summary>
public sealed class HostShapeTests(Browser browser)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string> Shapes => ["minimal", "path base", "custom path", "odd JSON", "with other endpoints"];

    [Theory]
    [MemberData(nameof(Shapes))]
    public async Task The_page_works_in_a_host_that_is(string shape)
    {
        await using var service = await Service.StartAsync(builder => Configure(shape, builder), app => Map(shape, app));
        var path = shape switch { "path base" => "/base/orca", "custom path" => "/admin/trainings", _ => "/orca" };

        await WalkAsync(service, new Uri(service.Address, path));
    }

    [Fact]
    public async Task The_page_works_behind_a_proxy_that_removes_a_prefix()
    {
        await using var service = await Service.StartAsync(map: app => app.MapOrcaTrainingDashboard().AllowAnyoneToDoEverything());
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddReverseProxy().LoadFromMemory(
            [
                new RouteConfig
                {
                    RouteId = "r", ClusterId = "c", Match = new() { Path = "/ml/{**rest}" },
                    Transforms = [new Dictionary<string, string> { ["PathRemovePrefix"] = "/ml" }, new Dictionary<string, string> { ["RequestHeaderOriginalHost"] = "true" }],
                },
            ],
            [new ClusterConfig { ClusterId = "c", Destinations = new Dictionary<string, DestinationConfig> { ["d"] = new() { Address = service.Address.AbsoluteUri } } }]);
        await using var proxy = builder.Build();
        proxy.MapReverseProxy();
        await proxy.StartAsync(Token);

        await WalkAsync(service, new Uri(new Uri(proxy.Urls.First()), "/ml/orca"));
    }

    [Fact]
    public async Task A_page_behind_a_cookie_in_a_host_that_denies_by_default_works_and_asks_to_sign_in_again()
    {
        await using var service = await Service.StartAsync(
            builder =>
            {
                builder.Services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme).AddCookie();
                builder.Services.AddAuthorization(o => o.FallbackPolicy = new AuthorizationPolicyBuilder().RequireAssertion(_ => false).Build());
            },
            app =>
            {
                app.UseAuthentication();
                app.UseAuthorization();
                app.MapGet("/Account/Login", async (HttpContext context, string name) =>
                {
                    var identity = new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, name), new Claim(ClaimTypes.Name, name)], "cookie");
                    await context.SignInAsync(CookieAuthenticationDefaults.AuthenticationScheme, new ClaimsPrincipal(identity));
                    return Results.Redirect("/orca/");
                }).AllowAnonymous();
                app.MapOrcaTrainingDashboard().RequireAuthorization();
            });
        service.Engine.Script(_ => FakeTraining.Succeeds.RunsFor(TimeSpan.FromHours(1)));
        await using var visit = await browser.OpenAsync(new Uri(service.Address, "/Account/Login?name=ada"));
        await visit.SeeAsync("There are no trainings yet");

        await visit.GoAsync("/orca/#/submit");
        await visit.Page.GetByLabel("Name", new() { Exact = true }).FillAsync("of ada");
        await visit.Page.GetByLabel("Dataset", new() { Exact = true }).FillAsync("words");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Submit" }).ClickAsync();
        await visit.SeeAsync("of ada");

        visit.ExpectsRefusals = true;
        await visit.Page.Context.ClearCookiesAsync();
        await visit.SeeAsync("sign in again");
    }

    private static void Configure(string shape, WebApplicationBuilder builder)
    {
        if (shape == "odd JSON")
        {
            builder.Services.ConfigureHttpJsonOptions(o =>
            {
                o.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.KebabCaseUpper;
                o.SerializerOptions.NumberHandling = JsonNumberHandling.WriteAsString;
            });
        }
    }

    private static void Map(string shape, WebApplication app)
    {
        switch (shape)
        {
            case "path base":
                app.UsePathBase("/base");
                app.UseRouting();
                break;
            case "with other endpoints":
                app.MapGet("/", () => "Something else.");
                app.MapGet("/{**rest}", () => "A page of the host.");
                app.MapOrcaTraining().AllowThisMachineOnly();
                break;
        }

        var page = shape == "custom path" ? app.MapOrcaTrainingDashboard("/admin/trainings") : app.MapOrcaTrainingDashboard();
        page.AllowThisMachineOnly();
    }

    private async Task WalkAsync(Service service, Uri page)
    {
        service.Engine.Script(_ => FakeTraining.Succeeds.RunsFor(TimeSpan.FromHours(1)));
        await using var visit = await browser.OpenAsync(page);
        await visit.SeeAsync("There are no trainings yet");

        var job = await service.TrainAsync("the walk");

        await visit.SeeAsync("the walk");
        await visit.Page.GetByRole(AriaRole.Link, new() { Name = "the walk" }).First.ClickAsync();
        await visit.Page.Locator("main .head .state.Running").WaitForAsync();
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        await visit.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        await visit.Page.Locator("main .head .state.Cancelled").WaitForAsync();
        Assert.Equal(Jobs.JobState.Cancelled, (await service.EndAsync(job)).State);
    }
}
