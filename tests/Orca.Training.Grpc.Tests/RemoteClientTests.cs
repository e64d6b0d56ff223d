using Orca.Training.Client;
using Orca.Training.Grpc.Tests.Support;

namespace Orca.Training.Grpc.Tests;

/// <summary>The same, through a real server and a real connection.</summary>
public sealed class RemoteClientTests : TrainingClientTests
{
    private TrainingHost? _host;
    private GrpcTrainingClient? _client;

    public override async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }

        await base.DisposeAsync();
    }

    protected override async Task<ITrainingClient> ReachAsync(ITrainingClient behind)
    {
        _host = await TrainingHost.StartAsync(behind);
        return _client = _host.Connect();
    }
}
