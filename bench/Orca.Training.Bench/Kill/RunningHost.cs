using System.Globalization;
using Orca.Training.Bench.Kill.Host;

namespace Orca.Training.Bench.Kill;

/// <summary>A host's process as the bench sees it.</summary>
internal sealed class RunningHost : IAsyncDisposable
{
    private readonly OwnProcess _process;
    private readonly TaskCompletionSource<string?> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _reading;

    private RunningHost(OwnProcess process)
    {
        _process = process;
        _reading = ReadAsync();
    }

    /// <summary>Where it takes calls; null if it was killed before it did.</summary>
    public Task<string?> Address => _address.Task;

    /// <summary>When it began to host, by the system's clock, which all processes share.</summary>
    public long BeganAt { get; private set; }

    /// <summary>Whether it killed itself, at its boundary.</summary>
    public bool KilledItself { get; private set; }

    public static RunningHost Start(HostSettings settings) =>
        new(OwnProcess.Start(Path.Combine(settings.Folder, "hosts.log"), HostProgram.Verb, settings.ToArgument()));

    public void Kill() => _process.Kill();

    public async Task<bool> WaitAsync(CancellationToken cancellationToken)
    {
        var wasKilled = await _process.WaitAsync(cancellationToken);
        await _reading.WaitAsync(cancellationToken);
        return wasKilled;
    }

    public Task StopAsync(CancellationToken cancellationToken) => _process.StopAsync(cancellationToken);

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private async Task ReadAsync()
    {
        while (await _process.Output.ReadLineAsync() is { } line)
        {
            if (line.StartsWith(HostProgram.ReadyWord, StringComparison.Ordinal))
            {
                _address.TrySetResult(line[HostProgram.ReadyWord.Length..]);
            }

            if (line.StartsWith(HostProgram.BeginsWord, StringComparison.Ordinal))
            {
                BeganAt = long.Parse(line[HostProgram.BeginsWord.Length..], CultureInfo.InvariantCulture);
            }

            KilledItself |= line == KillSwitch.Word;
        }

        _address.TrySetResult(null);
    }
}
