using Docker.DotNet;
using Docker.DotNet.Models;
using Microsoft.Extensions.DependencyInjection;
using Orca.Training.Bench.Harness;
using Orca.Training.Client;
using Orca.Training.Datasets;
using Orca.Training.Jobs;
using Orca.Training.Scheduling.Capacity;

namespace Orca.Training.Bench.Overhead;

/// <summary>The SDK as a user has it: an ASP.NET host with the folder stores, the engine as its machine, and a client over gRPC.</summary>
internal sealed class SdkWay : IWay, IAsyncDisposable
{
    private const string Image = "orca-training/test:latest";
    private const string Dataset = "numbers";
    private const string True = "true";
    private const string Wait = "wait";

    private static int _hosts;

    private readonly ServiceHost _host;
    private readonly GrpcTrainingClient _client;
    private readonly EngineEvents _events;
    private readonly string _application;

    private SdkWay(ServiceHost host, EngineEvents events, string application)
    {
        _host = host;
        _client = GrpcTrainingClient.Connect(host.Address);
        _events = events;
        _application = application;
    }

    /// <param name="folder">Where datasets and outputs lie.</param>
    /// <param name="atATime">How many trainings it runs at a time.</param>
    /// <param name="events">Tells of its containers.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    public static async Task<SdkWay> StartAsync(DirectoryInfo folder, int atATime, EngineEvents events, CancellationToken cancellationToken)
    {
        // Job ids begin anew with each host's store, so its name must tell its containers from another's.
        var application = $"{folder.Name}-{++_hosts}";
        var host = await ServiceHost.StartAsync(services => services
            .AddOrcaTraining(o =>
            {
                o.ApplicationName = application;
                o.DataFolder = folder.FullName;
                o.AddAlgorithm(True, Image, a => a.Command.Add("true"));
                o.AddAlgorithm(Wait, Image, a =>
                {
                    a.Command.Add("sleep");
                    a.Command.Add("600");
                });
            })
            .UseDocker()
            .UseCapacityPolicy(CapacityPolicies.Jobs(atATime)));
        await host.Services.GetRequiredService<IDatasetStore>()
            .AddAsync(Dataset, [new DatasetFile("numbers.txt", _ => ValueTask.FromResult<Stream>(new MemoryStream("1 2 3"u8.ToArray())))], cancellationToken);
        return new SdkWay(host, events, application);
    }

    public async Task<Cycle> OneAsync(CancellationToken cancellationToken)
    {
        var began = TimeProvider.System.GetTimestamp();
        var job = await SubmitAsync(True, cancellationToken);
        await WatchAsync(job, JobState.Succeeded, cancellationToken);
        var seen = TimeProvider.System.GetTimestamp();
        var life = _events.Of(_application, job.Value);
        await _events.WaitAsync(life.Gone, cancellationToken);
        return await Cycle.OfAsync(began, life, seen);
    }

    public async Task<long[]> ManyAsync(int jobs, int atATime, CancellationToken cancellationToken)
    {
        var submitted = new List<JobId>(jobs);
        for (var i = 0; i < jobs; i++)
        {
            submitted.Add(await SubmitAsync(True, cancellationToken));
        }

        var gone = new List<long>(jobs);
        foreach (var job in submitted)
        {
            await WatchAsync(job, JobState.Succeeded, cancellationToken);
            gone.Add(await _events.WaitAsync(_events.Of(_application, job.Value).Gone, cancellationToken));
        }

        return [.. gone.Order()];
    }

    /// <summary>Has a container run, and reads back how it was made.</summary>
    public async Task<MadeContainer> InspectOneAsync(IDockerClient engine, CancellationToken cancellationToken)
    {
        var job = await SubmitAsync(Wait, cancellationToken);
        await WatchAsync(job, JobState.Running, cancellationToken);
        var label = new Dictionary<string, bool> { [$"orca.application={_application}"] = true };
        var filter = new Dictionary<string, IDictionary<string, bool>> { ["label"] = label };
        var listed = await engine.Containers.ListContainersAsync(new ContainersListParameters { Filters = filter }, cancellationToken);
        var made = await MadeContainer.InspectAsync(engine, listed.Single().ID, cancellationToken);
        await _client.CancelTrainingAsync(job, cancellationToken);
        await WatchAsync(job, JobState.Cancelled, cancellationToken);
        await _events.WaitAsync(_events.Of(_application, job.Value).Gone, cancellationToken);
        return made;
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await _host.DisposeAsync();
    }

    private Task<JobId> SubmitAsync(string algorithm, CancellationToken cancellationToken) =>
        _client.TrainAsync(new TrainingRequest { Algorithm = algorithm, DatasetId = Dataset }, cancellationToken);

    private async Task WatchAsync(JobId job, JobState until, CancellationToken cancellationToken)
    {
        await foreach (var status in _client.WatchTrainingAsync(job, cancellationToken: cancellationToken))
        {
            if (status.State == until)
            {
                return;
            }

            if (status.State.IsFinal())
            {
                throw new InvalidOperationException($"Job {job} ended as {status.State}: {status.Message}");
            }
        }

        throw new InvalidOperationException($"Job {job} was not seen to be {until}.");
    }
}
