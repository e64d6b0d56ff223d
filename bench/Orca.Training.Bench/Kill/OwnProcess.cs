using System.Diagnostics;

namespace Orca.Training.Bench.Kill;

/// <summary>Another process of this program, which lives until it ends, is killed, or its standard input is let go of.</summary>
internal sealed class OwnProcess : IAsyncDisposable
{
    // What SIGKILL leaves: 128 + 9.
    private const int Killed = 137;
    private readonly Process _process;
    private readonly Task _errors;

    private OwnProcess(Process process, string log)
    {
        _process = process;
        _errors = KeepErrorsAsync(log);
    }

    public TextReader Output => _process.StandardOutput;

    /// <param name="log">Where its standard error goes, at the end of what is there.</param>
    /// <param name="arguments">Its verb first.</param>
    public static OwnProcess Start(string log, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(OwnProcess).Assembly.Location, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // It lives for a second or two: what is compiled better later on is not for it.
        start.Environment["DOTNET_TieredPGO"] = "0";
        return new OwnProcess(Process.Start(start)!, log);
    }

    public void Kill() => _process.Kill();

    /// <summary>Waits for its end.</summary>
    /// <returns>Whether SIGKILL ended it.</returns>
    public async Task<bool> WaitAsync(CancellationToken cancellationToken)
    {
        await _process.WaitForExitAsync(cancellationToken);
        await _errors;
        return _process.ExitCode is 0 or Killed
            ? _process.ExitCode is Killed
            : throw new InvalidOperationException($"A process of the bench ended with {_process.ExitCode}.");
    }

    /// <summary>Lets it end in order.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _process.StandardInput.Close();
        await WaitAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await _errors;
        _process.Dispose();
    }

    private async Task KeepErrorsAsync(string log)
    {
        await using var file = new FileStream(log, FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
        await _process.StandardError.BaseStream.CopyToAsync(file);
    }
}
