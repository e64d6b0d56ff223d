using System.Diagnostics;

namespace Orca.Training.Bench.Kill.Host;

/// <summary>Ends its own process by SIGKILL at a boundary: nothing after it happens, no buffer is written, nobody is told.</summary>
/// <param name="boundary">Where; null for never.</param>
/// <param name="count">At which of the passes there, from 1.</param>
internal sealed class KillSwitch(Boundary? boundary, int count)
{
    /// <summary>What a process says as its last line when it ends itself.</summary>
    public const string Word = "killed";

    private int _left = count;

    public void Before(string call) => Pass(new Boundary(call, IsAfter: false));

    public void After(string call) => Pass(new Boundary(call, IsAfter: true));

    private void Pass(Boundary passed)
    {
        if (passed == boundary && Interlocked.Decrement(ref _left) == 0)
        {
            Console.Out.WriteLine(Word);
            Process.GetCurrentProcess().Kill();

            // The signal takes the others of this process a moment; this one must not go on meanwhile.
            new ManualResetEventSlim().Wait(CancellationToken.None);
        }
    }
}
