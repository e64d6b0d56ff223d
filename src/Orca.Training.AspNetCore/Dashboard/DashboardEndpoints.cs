using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Orca.Training.AspNetCore.Http;

namespace Orca.Training.AspNetCore.Dashboard;

/// <summary>The page: its files, and below <c>api/</c> the calls that it makes.</summary>
internal static class DashboardEndpoints
{
    // Scripts, styles and pictures of its own, calls to its own address, and nothing else. No script can turn text into markup.
    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; " +
        "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

    private const string Index = "index.html";

    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head];

    public static void Map(IEndpointRouteBuilder page)
    {
        Routes.Map(page.MapGroup("api"));
        foreach (var asset in Asset.ReadAll())
        {
            if (asset.Name == Index)
            {
                page.MapMethods("", Methods, context => SendPageAsync(context, asset));
            }
            else
            {
                page.MapMethods(asset.Name, Methods, asset.SendAsync);
            }
        }
    }

    private static Task SendPageAsync(HttpContext context, Asset index)
    {
        if (context.Request.Path.Value is not { } path || !path.EndsWith('/'))
        {
            // All addresses of the page are relative. The last name and a slash work below any prefix that a proxy has taken away.
            var name = (context.Request.PathBase + context.Request.Path).Value!.Split('/')[^1];
            context.Response.StatusCode = StatusCodes.Status307TemporaryRedirect;
            context.Response.Headers.Location = $"{Uri.EscapeDataString(name)}/";
            return Task.CompletedTask;
        }

        context.Response.Headers.ContentSecurityPolicy = ContentSecurityPolicy;
        return index.SendAsync(context);
    }
}
