using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orca.Training.Client;
using Orca.Training.Jobs;
using Orca.Training.Testing;

namespace Orca.Training.Tests.Shared;

/// <summary>A host on which nothing happens: a reconcile period is 20 ms, so that many pass during a test.</summary>
internal sealed class IdleHost : IDisposable
{
    private readonly IHost _host;

    /// <summary>Builds the host, with a job store and whatever else a test wants to see.</summary>
    public IdleHost(TimeSpan lease, Action<HostApplicationBuilder, OrcaTrainingBuilder> configure)
    {
        var machine = new FakeContainerRuntime(TimeProvider.System);
        machine.Script(_ => FakeTraining.Succeeds.RunsFor(TimeSpan.FromDays(1)));
        Runtime = new ListedRuntime(machine);
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = "tests" });
        var training = builder.Services
            .AddOrcaTraining(o =>
            {
                o.AddAlgorithm("a", "image");
                o.ReconcilePeriod = TimeSpan.FromMilliseconds(20);
                o.LeaseDuration = lease;
            })
            .AddMachine("m", _ => Runtime).UseFakeFiles();
        configure(builder, training);
        _host = builder.Build();
    }

    /// <summary>Tells how many reconcile periods have passed.</summary>
    public ListedRuntime Runtime { get; }

    public IServiceProvider Services => _host.Services;

    public Task StartAsync(CancellationToken cancellationToken) => _host.StartAsync(cancellationToken);

    /// <summary>Starts it with one training that runs and prints nothing, and one that waits for it.</summary>
    public async Task StartWithTrainingsAsync(CancellationToken cancellationToken)
    {
        await StartAsync(cancellationToken);
        var client = Services.GetRequiredService<ITrainingClient>();
        var request = new TrainingRequest { Algorithm = "a", DatasetId = "d" };
        var running = await client.TrainAsync(request, cancellationToken);
        await client.TrainAsync(request, cancellationToken);
        await client.WatchTrainingAsync(running, cancellationToken: cancellationToken).FirstAsync(s => s.State is JobState.Running, cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => _host.StopAsync(cancellationToken);

    public void Dispose()
    {
        _host.Dispose();
        Runtime.Dispose();
    }
}
