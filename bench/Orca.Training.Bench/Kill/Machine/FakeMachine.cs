using Orca.Training.Jobs;
using Orca.Training.Machines;

namespace Orca.Training.Bench.Kill.Machine;

/// <summary>The process of the fake machine, begun by the bench; it lives as long as that.</summary>
internal sealed class FakeMachine : IWitness, IAsyncDisposable
{
    private readonly OwnProcess _process;
    private readonly RemoteRuntime _runtime;

    private FakeMachine(OwnProcess process, string socket)
    {
        _process = process;
        Socket = socket;
        _runtime = new RemoteRuntime(socket, copiesFolders: false);
    }

    public string Socket { get; }

    public static async Task<FakeMachine> StartAsync(string folder, CancellationToken cancellationToken)
    {
        var process = OwnProcess.Start(Path.Combine(folder, "machine.log"), MachineServer.Verb, folder);
        return await process.Output.ReadLineAsync(cancellationToken) == MachineServer.ReadyWord
            ? new FakeMachine(process, MachineServer.SocketIn(folder))
            : throw new InvalidOperationException($"The machine's process did not start: see {folder}.");
    }

    public async Task<IReadOnlyList<AttemptName>> ListAsync(string application, CancellationToken cancellationToken) =>
        [.. (await _runtime.ListAsync(new RuntimeScope(application, default), cancellationToken)).Select(c => c.Attempt)];

    public Task<IReadOnlyList<ContainerLife>> ReadLivesAsync(InstallationId installation, CancellationToken cancellationToken) =>
        _runtime.ReadLedgerAsync(installation, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _process.StopAsync(CancellationToken.None);
        await _process.DisposeAsync();
    }
}
