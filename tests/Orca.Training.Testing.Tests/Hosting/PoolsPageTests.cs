using System.Security.Claims;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orca.Training.Client;
using Orca.Training.Jobs;
using Orca.Training.Tests.Shared;

namespace Orca.Training.Testing.Tests.Hosting;

/// <summary>The configuration of the page on pools, as the page has it, on a host.</summary>
public sealed partial class PoolsPageTests
{
    [Fact]
    public Task The_page_s_configuration_keeps_what_a_pool_owns_free_for_its_users() => VirtualTime.RunAsync(async time =>
    {
        var page = await File.ReadAllTextAsync(Path.Combine(Repository.Folder, "docs", "pools.md"));
        var json = JsonBlock().Match(page).Groups[1].Value;
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Configuration.AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(json)));
        var engine = new FakeContainerRuntime(time);
        engine.Script(_ => FakeTraining.Succeeds.RunsFor(TimeSpan.FromHours(1)));
        builder.Services
            .AddOrcaTraining(o => o.AddAlgorithm("x", "image", a => a.Cpus = 16))
            .UseFakeRuntime(engine, "docker").UseFakeStores().UseVirtualTime(time);
        using var host = builder.Build();
        await host.StartAsync();

        JobId last = default;
        for (var i = 0; i < 10; i++)
        {
            last = await SubmitAsync(host, "user-a");
        }

        await Task.Delay(TimeSpan.FromSeconds(1), time);
        var b = await SubmitAsync(host, "user-b");
        var c = await SubmitAsync(host, "user-c");
        await Task.Delay(TimeSpan.FromSeconds(5), time);

        // Three of user-a's run on what vision owns, and user-c's on what speech owns.
        var client = host.Services.GetRequiredService<ITrainingClient>();
        Assert.Equal((JobState.Running, "speech"), (await client.GetTrainingStatusAsync(c)) is var status ? (status.State, status.Pool) : default);
        Assert.Equal("Queued, next in line", (await client.GetTrainingStatusAsync(b)).Message.Split(':')[0]);
        Assert.Equal("Queued at position 8", (await client.GetTrainingStatusAsync(last)).Message.Split(':')[0]);
        await host.StopAsync();
    });

    private static Task<JobId> SubmitAsync(IHost host, string user)
    {
        var caller = new ClaimsPrincipal(new ClaimsIdentity([new Claim("sub", user)], "test"));
        return host.Services.GetRequiredService<ITrainingClientFactory>().For(caller).TrainAsync(new TrainingRequest { Algorithm = "x", DatasetId = "d" });
    }

    [GeneratedRegex("```json\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex JsonBlock();
}
