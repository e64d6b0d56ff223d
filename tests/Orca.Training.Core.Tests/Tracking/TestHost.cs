using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orca.Training.Client;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;
using Orca.Training.Testing;

namespace Orca.Training.Tests.Tracking;

/// <summary>A whole host in virtual time on a fake runtime.</summary>
internal sealed class TestHost : IAsyncDisposable
{
    private readonly IHost _host;

    private TestHost(IHost host, VirtualTime time, FakeContainerRuntime runtime)
    {
        _host = host;
        Time = time;
        Runtime = runtime;
    }

    public VirtualTime Time { get; }

    public FakeContainerRuntime Runtime { get; }

    public ITrainingClient Client => _host.Services.GetRequiredService<ITrainingClient>();

    public IJobStore Store => _host.Services.GetRequiredService<IJobStore>();

    public IHost Host => _host;

    public static async Task<TestHost> StartAsync(
        VirtualTime time,
        Func<TrainingRequest, FakeTraining>? script = null,
        Action<OrcaTrainingOptions>? options = null,
        Action<OrcaTrainingBuilder>? build = null,
        FakeContainerRuntime? runtime = null)
    {
        runtime ??= new FakeContainerRuntime(time);
        if (script is not null)
        {
            runtime.Script(spec => script(new TrainingRequest
            {
                Algorithm = spec.Environment["ALGORITHM_NAME"],
                DatasetId = spec.Environment["TRAINING_DATASET_ID"],
                Parameters = spec.Environment.ToDictionary(),
            }));
        }

        var host = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = "tests" });
        host.Logging.SetMinimumLevel(LogLevel.Warning);
        var builder = host.Services.AddOrcaTraining(o =>
        {
            o.AddAlgorithm("a", "image");
            options?.Invoke(o);
        });
        builder.UseFakeRuntime(runtime).UseVirtualTime(time).UseFakeFiles();
        build?.Invoke(builder);
        var built = host.Build();
        await built.StartAsync(TestContext.Current.CancellationToken);
        return new TestHost(built, time, runtime);
    }

    public async Task<JobId> TrainAsync(string dataset = "d", params (string Name, string Value)[] parameters) =>
        await Client.TrainAsync(
            new TrainingRequest { Algorithm = "a", DatasetId = dataset, Parameters = parameters.ToDictionary(p => p.Name, p => p.Value) },
            TestContext.Current.CancellationToken);

    public Task<TrainingStatus> FinishAsync(JobId job) => WaitAsync(job, s => s.State.IsFinal());

    public async Task WaitForNoContainersAsync()
    {
        while (Runtime.ContainerCount > 0)
        {
            await Task.Delay(TimeSpan.FromSeconds(1), Time, TestContext.Current.CancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(CancellationToken.None);
        _host.Dispose();
    }

    public async Task<TrainingStatus> WaitAsync(JobId job, Func<TrainingStatus, bool> until)
    {
        await foreach (var status in Client.WatchTrainingAsync(job, cancellationToken: TestContext.Current.CancellationToken))
        {
            if (until(status))
            {
                return status;
            }
        }

        return await Client.GetTrainingStatusAsync(job, TestContext.Current.CancellationToken);
    }
}
