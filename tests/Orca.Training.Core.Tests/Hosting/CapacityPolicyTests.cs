using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orca.Training.Client;
using Orca.Training.Jobs;
using Orca.Training.Scheduling.Capacity;
using Orca.Training.Testing;

namespace Orca.Training.Tests.Hosting;

/// <summary>A capacity policy of the host's own that needs services of the host.</summary>
public sealed class CapacityPolicyTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<Action<OrcaTrainingBuilder>> Ways => new()
    {
        b => b.UseCapacityPolicy<QuotaPolicy>(),
        b => b.UseCapacityPolicy(services => new QuotaPolicy(services.GetRequiredService<Quotas>())),
    };

    [Theory]
    [MemberData(nameof(Ways), DisableDiscoveryEnumeration = true)]
    public Task A_policy_may_take_a_scoped_service_which_lasts_as_long_as_the_deciding(Action<OrcaTrainingBuilder> use) => VirtualTime.RunAsync(async time =>
    {
        var quotas = new List<Quotas>();
        using var host = NewHost(time, b =>
        {
            b.Services.AddScoped(_ =>
            {
                quotas.Add(new Quotas());
                return quotas[^1];
            });
            use(b);
        });
        await host.StartAsync(Cancel);
        var client = host.Services.GetRequiredService<ITrainingClient>();
        for (var i = 0; i < 3; i++)
        {
            var job = await client.TrainAsync(new TrainingRequest { Algorithm = "a", DatasetId = "d" }, Cancel);
            Assert.Equal(JobState.Succeeded, (await client.WatchTrainingAsync(job, cancellationToken: Cancel).LastAsync(Cancel)).State);
        }

        // The first was made to see that one can be, the second decides, and the third says why trainings wait.
        Assert.Equal([(0, true), (3, false)], quotas.Take(2).Select(q => (Math.Min(q.Asked, 3), q.IsDisposed)));
        await host.StopAsync(Cancel);
        Assert.True(quotas[1].IsDisposed);
        host.Dispose();
        Assert.All(quotas, q => Assert.True(q.IsDisposed));
    });

    [Fact]
    public async Task A_policy_whose_services_are_missing_is_told_when_the_host_is_built()
    {
        await VirtualTime.RunAsync(time =>
        {
            var missing = Assert.Throws<AggregateException>(() => NewHost(time, b => b.UseCapacityPolicy<QuotaPolicy>()));
            Assert.Contains($"Unable to resolve service for type '{typeof(Quotas)}' while attempting to activate '{typeof(QuotaPolicy)}'", missing.Message, StringComparison.Ordinal);
            return Task.CompletedTask;
        });
    }

    [Fact]
    public Task A_policy_that_cannot_be_made_ends_the_host_s_start() => VirtualTime.RunAsync(async time =>
    {
        using var host = NewHost(time, b => b.UseCapacityPolicy(_ => throw new InvalidOperationException("no quotas today")));

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => host.StartAsync(Cancel));

        Assert.Equal("no quotas today", failure.Message);
    });

    private static IHost NewHost(VirtualTime time, Action<OrcaTrainingBuilder> build)
    {
        var host = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = "tests" });
        host.ConfigureContainer(new DefaultServiceProviderFactory(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true }));
        var builder = host.Services.AddOrcaTraining(o => o.AddAlgorithm("a", "image"));
        builder.UseFakeRuntime(new FakeContainerRuntime(time)).UseFakeStores().UseVirtualTime(time);
        build(builder);
        return host.Build();
    }

    private sealed class Quotas : IDisposable
    {
        public int Asked { get; set; }

        public bool IsDisposed { get; private set; }

        public void Dispose() => IsDisposed = true;
    }

    private sealed class QuotaPolicy(Quotas quotas) : ICapacityPolicy
    {
        public CapacityAnswer Fits(Resources resources, Inventory inventory)
        {
            ObjectDisposedException.ThrowIf(quotas.IsDisposed, quotas);
            quotas.Asked++;
            return inventory.Open == 0 ? CapacityAnswer.Yes : CapacityAnswer.No("busy");
        }
    }
}
