using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Orca.Training.Jobs;
using Orca.Training.Machines;
using Orca.Training.Scheduling.Capacity;

namespace Orca.Training.Bench.Kill.Machine;

/// <summary>The machine of another process, as a host's runtime.</summary>
/// <param name="socket">Where it listens.</param>
/// <param name="copiesFolders">Whether what a training leaves stays on the machine until it is fetched.</param>
internal sealed class RemoteRuntime(string socket, bool copiesFolders) : IContainerRuntime
{
    public RuntimeAbilities Abilities { get; } = new(MaxRanks: 1, MountsFolders: !copiesFolders, CopiesFolders: copiesFolders);

    public async Task<RuntimeInfo> DescribeAsync(CancellationToken cancellationToken)
    {
        await AskAsync(new Question(MachineCall.Describe), cancellationToken);
        return new RuntimeInfo("a fake runtime in a process of its own", new Resources(64, 256L << 30));
    }

    public async Task<StartResult> StartAsync(AttemptSpec spec, IProgress<LaunchPhase> phases, CancellationToken cancellationToken)
    {
        var output = spec.Environment["ORCA_OUTPUT_PATH"];
        var answer = await AskAsync(
            new Question(MachineCall.Start)
            {
                About = spec.Name,
                Application = spec.Application,
                Environment = spec.Environment,
                OutputFolder = copiesFolders ? null : spec.Mounts.Single(m => m.ContainerPath == output).HostPath,
            },
            cancellationToken);
        return answer switch
        {
            { Incarnation: { } incarnation } => new StartResult.Started([incarnation]),
            { Deferred: { } reason } => new StartResult.Deferred(reason),
            _ => new StartResult.Failed(new Outcome(OutcomeCode.ImageNotFound, answer.Refused!)),
        };
    }

    public async Task<IReadOnlyList<ContainerObservation>> ListAsync(RuntimeScope scope, CancellationToken cancellationToken) =>
        (await AskAsync(new Question(MachineCall.List) { Application = scope.Application }, cancellationToken)).Containers;

    public IAsyncEnumerable<ContainerObservation> WatchAsync(RuntimeScope scope, CancellationToken cancellationToken)
    {
        // From the call on: so it is asked, and the first answer read, before this returns.
        var question = new Question(MachineCall.Watch) { Application = scope.Application, Installation = scope.Installation };
        var connection = Connection.Open(socket, question);
        connection.ReadFirst();
        return HintsAsync(connection, cancellationToken);
    }

    public async IAsyncEnumerable<OutputLine> ReadOutputAsync(
        AttemptName attempt, int rank, OutputPosition after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var connection = Connection.Open(socket, new Question(MachineCall.ReadOutput) { About = attempt, After = after });
        while (await connection.ReadAsync(cancellationToken) is { } answer)
        {
            yield return answer.Line!.Value;
        }
    }

    public async Task FetchAsync(AttemptName attempt, IReadOnlyList<FolderMount> folders, CancellationToken cancellationToken)
    {
        var output = folders.Single(f => f.ContainerPath.EndsWith("output", StringComparison.Ordinal)).HostPath;
        var answer = await AskAsync(new Question(MachineCall.Fetch) { About = attempt }, cancellationToken);

        // Beside the place and then in its stead, so that a kill leaves the whole or nothing.
        var coming = output + "-coming";
        if (Directory.Exists(coming))
        {
            Directory.Delete(coming, recursive: true);
        }

        Directory.CreateDirectory(coming);
        foreach (var file in Directory.Exists(answer.Folder) ? Directory.EnumerateFiles(answer.Folder!) : [])
        {
            File.Copy(file, Path.Combine(coming, Path.GetFileName(file)));
        }

        Directory.Delete(output, recursive: true);
        Directory.Move(coming, output);
    }

    public async Task StopAsync(AttemptName attempt, TimeSpan grace, CancellationToken cancellationToken) =>
        await AskAsync(new Question(MachineCall.Stop) { About = attempt, Grace = grace }, cancellationToken);

    public async Task RemoveAsync(AttemptName attempt, CancellationToken cancellationToken) =>
        await AskAsync(new Question(MachineCall.Remove) { About = attempt }, cancellationToken);

    /// <summary>What became of every container of an installation.</summary>
    public async Task<IReadOnlyList<ContainerLife>> ReadLedgerAsync(InstallationId installation, CancellationToken cancellationToken) =>
        (await AskAsync(new Question(MachineCall.Ledger) { Installation = installation }, cancellationToken)).Lives;

    private static async IAsyncEnumerable<ContainerObservation> HintsAsync(Connection connection, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using (connection)
        {
            while (await connection.ReadAsync(cancellationToken) is { } answer)
            {
                yield return answer.Containers[0];
            }
        }
    }

    private async Task<Answer> AskAsync(Question question, CancellationToken cancellationToken)
    {
        using var connection = Connection.Open(socket, question);
        return await connection.ReadAsync(cancellationToken) ?? new Answer();
    }

    private sealed class Connection(Socket socket) : IDisposable
    {
        private readonly StreamReader _reader = new(new NetworkStream(socket, ownsSocket: true));

        public static Connection Open(string path, Question question)
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                socket.Connect(new UnixDomainSocketEndPoint(path));
                socket.Send(Wire.LineOf(question).Span);
                return new Connection(socket);
            }
            catch (SocketException e)
            {
                socket.Dispose();
                throw new RuntimeUnavailableException($"The machine at '{path}' cannot be reached.", e);
            }
        }

        public void ReadFirst() => Take(_reader.ReadLine());

        public async ValueTask<Answer?> ReadAsync(CancellationToken cancellationToken)
        {
            try
            {
                return Take(await _reader.ReadLineAsync(cancellationToken));
            }
            catch (IOException e)
            {
                throw new RuntimeUnavailableException("The machine broke off.", e);
            }
        }

        public void Dispose() => _reader.Dispose();

        private static Answer? Take(string? line)
        {
            var answer = line is null ? null : JsonSerializer.Deserialize(line, Wire.Default.Answer);
            return answer is { Error: { } error } ? throw new RuntimeUnavailableException(error) : answer;
        }
    }
}
