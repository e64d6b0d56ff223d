using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Orca.Training.EndToEnd.Tests.Orders;

/// <summary>The sample shop as a process of its own, whose trainings are containers of the real engine.</summary>
internal sealed partial class OrdersHost : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Task _reading;
    private readonly TaskCompletionSource<string> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ordering = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private OrdersHost(Process process)
    {
        _process = process;
        _reading = ReadAsync();
    }

    public HttpClient Http { get; } = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <param name="folder">The shop's own folder, with its file where it has no server.</param>
    /// <param name="postgreSql">The shop's database on a server; null for the file.</param>
    public static async Task<OrdersHost> StartAsync(string folder, string? postgreSql = null)
    {
        var outputs = Path.Combine(AppContext.BaseDirectory, "..", "..", "Orca.Training.OrdersHost", Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)));
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList =
            {
                Path.GetFullPath(Path.Combine(outputs, "Orca.Training.OrdersHost.dll")), "--urls", "http://127.0.0.1:0", "--contentRoot", folder,
                $"--ConnectionStrings:Sqlite=Data Source={FileIn(folder)}", $"--Dataset={Path.Combine(Repository.Folder, "samples", "data", "intents", "train.csv")}",
                $"--OrcaTraining:ApplicationName={Path.GetFileName(folder)}", "--OrcaTraining:LeaseDuration=00:00:01",
                $"--OrcaTraining:Algorithms:shell:Image={Service.TestImage}", "--OrcaTraining:Algorithms:shell:MemoryMiB=64",
                "--OrcaTraining:Algorithms:shell:Command:0=/bin/sh", "--OrcaTraining:Algorithms:shell:Command:1=-c", "--OrcaTraining:Algorithms:shell:Command:2=eval \"$SCRIPT\"",
                "--Logging:LogLevel:Microsoft.AspNetCore.Hosting.Diagnostics=Information",
            },
            RedirectStandardOutput = true,
        };
        if (postgreSql is not null)
        {
            start.ArgumentList.Add($"--ConnectionStrings:PostgreSql={postgreSql}");
        }

        var host = new OrdersHost(Process.Start(start)!);
        host.Http.BaseAddress = new Uri(await host._address.Task.WaitAsync(Cancel));
        return host;
    }

    public static string FileIn(string folder) => Path.Combine(folder, "shop.db");

    public Task<HttpResponseMessage> OrderAsync(string customer, string algorithm = "shell") =>
        Http.PostAsJsonAsync("/orders", new { customer, algorithm, parameters = new { SCRIPT = "true" } }, Cancel);

    /// <summary>An order when its training has ended.</summary>
    public async Task<(string? Customer, string? State)> FinishAsync(long number)
    {
        JsonNode? order;
        do
        {
            order = await Http.GetFromJsonAsync<JsonNode>(string.Create(CultureInfo.InvariantCulture, $"/orders/{number}"), Cancel);
        }
        while ((string?)order!["state"] is "Queued" or "Launching" or "Running");

        return ((string?)order["customer"], (string?)order["state"]);
    }

    /// <summary>Waits until the host has begun to work on an order.</summary>
    public Task HearOrderAsync() => _ordering.Task.WaitAsync(Cancel);

    /// <summary>Lets it do nothing more, not even notice anything.</summary>
    public Task PauseAsync() => Repository.RunAsync("kill", ["-STOP", _process.Id.ToString(CultureInfo.InvariantCulture)], "/", engine: null, Cancel);

    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await KillAsync();
        await _reading;
        _process.Dispose();
    }

    /// <summary>Reads on to the end, since a host whose words nobody takes comes to a halt.</summary>
    private async Task ReadAsync()
    {
        var said = new List<string>();
        while (await _process.StandardOutput.ReadLineAsync(CancellationToken.None) is { } line)
        {
            if (!_address.Task.IsCompleted)
            {
                said.Add(line);
            }

            if (Listening().Match(line) is { Success: true } listening)
            {
                _address.TrySetResult(listening.Groups[1].Value);
            }

            if (Ordering().IsMatch(line))
            {
                _ordering.TrySetResult();
            }
        }

        _address.TrySetException(new Xunit.Sdk.XunitException($"The host ended: {string.Join('\n', said)}"));
    }

    [GeneratedRegex("Now listening on: (http://[0-9.:]+)")]
    private static partial Regex Listening();

    [GeneratedRegex("Request starting .* POST .*/orders")]
    private static partial Regex Ordering();
}
