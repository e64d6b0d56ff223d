using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Orca.Training.EndToEnd.Tests;

/// <summary>The sample that submits within its own transaction, as a process of its own on the real engine.</summary>
public sealed partial class OrdersHostTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_order_and_its_training_are_there_together_and_one_that_is_refused_leaves_neither()
    {
        var folder = Directory.CreateTempSubdirectory("orca-orders-");
        try
        {
            using var host = Start(folder.FullName);
            try
            {
                using var http = new HttpClient { BaseAddress = new Uri(await AddressOfAsync(host)) };

                var refused = await http.PostAsJsonAsync("/orders", new { customer = "eve", algorithm = "nonsense", parameters = new { } }, Cancel);
                var taken = await http.PostAsJsonAsync("/orders", new { customer = "ann", algorithm = "shell", parameters = new { SCRIPT = "true" } }, Cancel);

                Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.Created), (refused.StatusCode, taken.StatusCode));
                Assert.Equal("/orders/1", taken.Headers.Location!.ToString());
                JsonNode? order;
                do
                {
                    order = await http.GetFromJsonAsync<JsonNode>("/orders/1", Cancel);
                }
                while ((string?)order!["state"] is "Queued" or "Launching" or "Running");

                Assert.Equal(("ann", "Succeeded"), ((string?)order["customer"], (string?)order["state"]));
                Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync("/orders/2", Cancel)).StatusCode);
            }
            finally
            {
                host.Kill();
                await host.WaitForExitAsync(CancellationToken.None);
            }
        }
        finally
        {
            Files.DeleteReadOnly(folder);
        }
    }

    private static Process Start(string folder)
    {
        var outputs = Path.Combine(AppContext.BaseDirectory, "..", "..", "Orca.Training.OrdersHost", Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)));
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList =
            {
                Path.GetFullPath(Path.Combine(outputs, "Orca.Training.OrdersHost.dll")), "--urls", "http://127.0.0.1:0", "--contentRoot", folder,
                // Nobody reads on once it has said where it listens.
                "--Logging:LogLevel:Default=Warning", "--Logging:LogLevel:Microsoft.Hosting.Lifetime=Information",
                $"--ConnectionStrings:Shop=Data Source={Path.Combine(folder, "shop.db")}", $"--Dataset={Path.Combine(Repository.Folder, "samples", "data", "intents", "train.csv")}",
                $"--OrcaTraining:ApplicationName={Path.GetFileName(folder)}", $"--OrcaTraining:Algorithms:shell:Image={Service.TestImage}", "--OrcaTraining:Algorithms:shell:MemoryMiB=64",
                "--OrcaTraining:Algorithms:shell:Command:0=/bin/sh", "--OrcaTraining:Algorithms:shell:Command:1=-c", "--OrcaTraining:Algorithms:shell:Command:2=eval \"$SCRIPT\"",
            },
            RedirectStandardOutput = true,
        };
        return Process.Start(start)!;
    }

    private static async Task<string> AddressOfAsync(Process host)
    {
        var said = new List<string>();
        while (await host.StandardOutput.ReadLineAsync(Cancel) is { } line)
        {
            said.Add(line);
            if (Listening().Match(line) is { Success: true } address)
            {
                return address.Groups[1].Value;
            }
        }

        throw new Xunit.Sdk.XunitException($"The host ended: {string.Join('\n', said)}");
    }

    [GeneratedRegex("Now listening on: (http://[0-9.:]+)")]
    private static partial Regex Listening();
}
