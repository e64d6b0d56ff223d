using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Orca.Training.Client;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;
using Orca.Training.Testing;

namespace Orca.Training.Tests.Pools;

/// <summary>A service with pools whose host is not started: submissions are stored, and nothing decides on them.</summary>
internal sealed class PoolWorld : IDisposable
{
    private readonly IHost _host;
    private readonly Settings _settings;

    /// <param name="configure">Adds pools.</param>
    /// <param name="settings">Keys below OrcaTraining and their values, one after the other.</param>
    public PoolWorld(Action<OrcaTrainingBuilder> configure, params string[] settings)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        _settings = new Settings(Pairs(settings));
        builder.Configuration.Sources.Add(_settings);
        builder.Services.AddFakeLogging();
        var training = builder.Services.AddOrcaTraining(o => o.AddAlgorithm("a", "image")).UseFakeStores();
        training.AddMachine("box", _ => new FakeContainerRuntime(TimeProvider.System));
        training.AddMachine("other", _ => new FakeContainerRuntime(TimeProvider.System));
        configure(training);
        _host = builder.Build();
    }

    public IHost Host => _host;

    public ITrainingClient Application => _host.Services.GetRequiredService<ITrainingClient>();

    public IJobStore Store => _host.Services.GetRequiredService<IJobStore>();

    public static TrainingRequest Request => new() { Algorithm = "a", DatasetId = "d" };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ITrainingClient As(string? user, params TrainingGrant[] grants) =>
        ((TrainingClients)_host.Services.GetRequiredService<ITrainingClientFactory>())
            .For(new TrainingScope { User = user, Grants = grants.Length > 0 ? grants : [new TrainingGrant(TrainingRole.Submitter)] }, origin: null);

    /// <summary>The pool on record with what a client submits.</summary>
    public async Task<string?> PoolOfAsync(ITrainingClient client, string? asked = null)
    {
        var job = await client.TrainAsync(Request with { Pool = asked }, Cancel);
        var record = (await Store.ReadAsync(job, Cancel))!.Value.Job;
        Assert.Equal(record.Pool, (await Application.GetTrainingStatusAsync(job, Cancel)).Pool);
        return record.Pool;
    }

    public static async Task<TrainingException> RefusedAsync(ITrainingClient client, string? asked = null) =>
        await Assert.ThrowsAsync<TrainingException>(() => client.TrainAsync(Request with { Pool = asked }, Cancel));

    /// <summary>Changes settings as a file that is written anew does: what is null is no longer there.</summary>
    public void Change(params string?[] settings) => _settings.Change(Pairs(settings));

    public IEnumerable<string> Told(int id) =>
        _host.Services.GetRequiredService<FakeLogCollector>().GetSnapshot().Where(r => r.Id.Id == id).Select(r => r.Message);

    public IEnumerable<string> Logs => _host.Services.GetRequiredService<FakeLogCollector>().GetSnapshot().Select(r => r.Message);

    public void Dispose() => _host.Dispose();

    private static IEnumerable<KeyValuePair<string, string?>> Pairs(string?[] settings) =>
        settings.Chunk(2).Select(s => KeyValuePair.Create($"OrcaTraining:{s[0]}", s[1]));

    private sealed class Settings : ConfigurationProvider, IConfigurationSource
    {
        public Settings(IEnumerable<KeyValuePair<string, string?>> settings) => Take(settings);

        public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

        public void Change(IEnumerable<KeyValuePair<string, string?>> settings)
        {
            Take(settings);
            OnReload();
        }

        private void Take(IEnumerable<KeyValuePair<string, string?>> settings)
        {
            foreach (var (key, value) in settings)
            {
                if (value is null)
                {
                    Data.Remove(key);
                }
                else
                {
                    Data[key] = value;
                }
            }
        }
    }
}
