using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Orca.Training.Artifacts;
using Orca.Training.Jobs;
using Orca.Training.Machines;
using Orca.Training.Testing;

namespace Orca.Training.Bench.Kill.Machine;

/// <summary>
/// The fake runtime in a process of its own: its containers go on and end whatever becomes of the hosts. It listens on a socket file;
/// each call is a connection.
/// </summary>
internal sealed class MachineServer
{
    public const string Verb = "machine";
    public const string ReadyWord = "ready";
    private readonly FakeContainerRuntime _runtime = new(TimeProvider.System);
    private readonly MachineLedger _ledger;
    private readonly ConcurrentDictionary<AttemptName, bool> _silent = new();
    private readonly string _folder;

    private MachineServer(string folder)
    {
        _folder = folder;
        _ledger = new MachineLedger(_runtime);
        _runtime.Script(Trainings.Of);
    }

    public static string SocketIn(string folder) => Path.Combine(folder, "machine.sock");

    /// <summary>Serves until whoever began it lets go of its standard input.</summary>
    public static async Task RunAsync(string folder)
    {
        using var ending = new CancellationTokenSource();
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(SocketIn(folder)));
        listener.Listen(512);
        var server = new MachineServer(folder);
        var serving = server.AcceptAsync(listener, ending.Token);
        var keeping = server._ledger.KeepAsync(ending.Token);
        await Console.Out.WriteLineAsync(ReadyWord);
        var released = Console.In.ReadToEndAsync(ending.Token);
        await await Task.WhenAny(released, serving, keeping);
    }

    private async Task AcceptAsync(Socket listener, CancellationToken cancellationToken)
    {
        while (true)
        {
            _ = ServeAsync(await listener.AcceptAsync(cancellationToken), cancellationToken);
        }
    }

    private async Task ServeAsync(Socket socket, CancellationToken ending)
    {
        await using var stream = new NetworkStream(socket, ownsSocket: true);
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(ending);
        using var reader = new StreamReader(stream);
        try
        {
            if (await reader.ReadLineAsync(gone.Token) is not { } line)
            {
                return;
            }

            var question = JsonSerializer.Deserialize(line, Wire.Default.Question)!;
            var leaving = LeavesAsync(reader, question, gone);
            await foreach (var answer in AnswerAsync(question, gone.Token))
            {
                await stream.WriteAsync(Wire.LineOf(answer), gone.Token);
            }

            socket.Shutdown(SocketShutdown.Send);
            await leaving;
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
            // The caller was killed, which is what this is all about.
        }
        catch (Exception e) when (e is RuntimeUnavailableException or ArtifactException or InvalidOperationException or JsonException)
        {
            await stream.WriteAsync(Wire.LineOf(new Answer { Error = e.Message }), ending);
        }
    }

    /// <summary>
    /// Gives up a stream when its reader goes. What changes containers is carried out all the same: a caller that was killed has asked for it.
    /// </summary>
    private static async Task LeavesAsync(StreamReader reader, Question question, CancellationTokenSource gone)
    {
        try
        {
            await reader.ReadLineAsync(CancellationToken.None);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // Cut off: gone as well.
        }

        if (question.Call is MachineCall.Watch or MachineCall.ReadOutput)
        {
            await gone.CancelAsync();
        }
    }

    private async IAsyncEnumerable<Answer> AnswerAsync(Question question, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var scope = new RuntimeScope(question.Application, question.Installation ?? default);
        switch (question.Call)
        {
            case MachineCall.Describe:
                await _runtime.DescribeAsync(cancellationToken);
                break;
            case MachineCall.Start:
                yield return await StartAsync(question, cancellationToken);
                break;
            case MachineCall.List:
                yield return new Answer { Containers = await _runtime.ListAsync(scope, cancellationToken) };
                break;
            case MachineCall.Watch:
                var hints = _runtime.WatchAsync(scope, cancellationToken);
                yield return new Answer();
                await foreach (var seen in hints.Where(s => s.Attempt.Installation == scope.Installation && !_silent.ContainsKey(s.Attempt)))
                {
                    yield return new Answer { Containers = [seen] };
                }

                break;
            case MachineCall.ReadOutput:
                await foreach (var line in _runtime.ReadOutputAsync(question.Attempt, 0, question.After, cancellationToken))
                {
                    yield return new Answer { Line = line };
                }

                break;
            case MachineCall.Fetch:
                yield return new Answer { Folder = FolderOf(question.Attempt) };
                break;
            case MachineCall.Stop:
                await _runtime.StopAsync(question.Attempt, question.Grace, CancellationToken.None);
                break;
            case MachineCall.Remove:
                await _runtime.RemoveAsync(question.Attempt, CancellationToken.None);
                break;
            case MachineCall.Ledger:
                yield return new Answer { Lives = _ledger.Of(question.Installation ?? default) };
                break;
            default:
                throw new InvalidOperationException($"The machine knows no call '{question.Call}'.");
        }
    }

    private async Task<Answer> StartAsync(Question question, CancellationToken cancellationToken)
    {
        const string OutputPath = "/orca/output";
        if (question.Environment.GetValueOrDefault(Trainings.KindVariable) == Trainings.Silent)
        {
            _silent[question.Attempt] = true;
        }

        var spec = new AttemptSpec
        {
            Name = question.Attempt,
            Application = question.Application,
            Image = "none",
            Environment = question.Environment,
            Mounts = [new FolderMount(question.OutputFolder ?? FolderOf(question.Attempt), OutputPath, IsReadOnly: false)],
        };
        return await _runtime.StartAsync(spec, new Progress<LaunchPhase>(), cancellationToken) switch
        {
            StartResult.Started started => new Answer { Incarnation = started.Incarnations[0] },
            StartResult.Deferred deferred => new Answer { Deferred = deferred.Reason },
            StartResult.Failed failed => new Answer { Refused = failed.Outcome.Message },
            var other => throw new InvalidOperationException($"A start came to {other}."),
        };
    }

    private string FolderOf(AttemptName attempt) => Path.Combine(_folder, "outputs", attempt.ContainerOf(0));
}
