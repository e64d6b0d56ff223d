using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orca.Training.Client;
using Orca.Training.Jobs;
using Orca.Training.Testing;
using Orca.Training.Tests.Shared;

namespace Orca.Training.PostgreSql.Tests;

/// <summary>Submissions that are repeated by their keys, on whichever host answers.</summary>
public sealed class RepeatedSubmissionTests(PostgreSqlServer server)
{
    private static readonly TrainingRequest Request = new() { Algorithm = "a", DatasetId = "d" };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Of_callers_who_repeat_on_two_hosts_at_once_each_key_is_one_job_and_each_batch_one_group()
    {
        var schema = Stores.NewSchema();
        using var one = await StartAsync(schema);
        using var two = await StartAsync(schema);
        ITrainingClient[] clients = [Client(one), Client(two), Client(one), Client(two)];

        var jobs = await Task.WhenAll(
            from i in Enumerable.Range(0, 50) from client in clients select Task.Run(async () => (i, Job: await client.TrainAsync(Request with { IdempotencyKey = $"k{i}" }, Cancel)), Cancel));
        var groups = await Task.WhenAll(
            from i in Enumerable.Range(0, 5) from client in clients select Task.Run(async () => (i, Group: await client.TrainAllAsync([Request, Request, Request], "shared", $"b{i}", Cancel)), Cancel));

        Assert.All(jobs.GroupBy(j => j.i), same => Assert.Single(same.Distinct()));
        Assert.Equal(50, jobs.Select(j => j.Job).Distinct().Count());
        Assert.All(groups.GroupBy(g => g.i), same => Assert.Single(same.Select(g => string.Join(' ', g.Group.Jobs)).Distinct()));
        Assert.Equal(15, groups.SelectMany(g => g.Group.Jobs).Distinct().Count());
        Assert.Equal(65, await clients[1].ListAllTrainingsAsync(new TrainingQuery(), Cancel).CountAsync(Cancel));
        await two.StopAsync(Cancel);
        await one.StopAsync(Cancel);
    }

    private static ITrainingClient Client(IHost host) => host.Services.GetRequiredService<ITrainingClient>();

    private async Task<IHost> StartAsync(string schema)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = "tests" });
        builder.Services.AddOrcaTraining(o => o.AddAlgorithm("a", "image"))
            .UseFakeRuntime(new FakeContainerRuntime(TimeProvider.System)).UseFakeFiles().UsePostgreSql(server.ConnectionString, o => o.Schema = schema);
        var host = builder.Build();
        await host.StartAsync(Cancel);
        return host;
    }
}
