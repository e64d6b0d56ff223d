namespace Orca.Training.Tests;

/// <summary>Holds a text against the one that is committed in __snapshots__, beside the test.</summary>
internal static class Snapshot
{
    private const string StrictMode = "SNAPSHOOTER_STRICT_MODE";

    /// <summary>
    /// Fails if the texts differ, or if none is committed under this name. A difference lies in __mismatch__ afterwards: to accept it,
    /// move it over the committed text. A first text is written when SNAPSHOOTER_STRICT_MODE is false.
    /// </summary>
    public static void Match(string text, string name)
    {
        // Without it the library writes down whatever it meets first, and passes.
        if (Environment.GetEnvironmentVariable(StrictMode) is null)
        {
            Environment.SetEnvironmentVariable(StrictMode, "true");
        }

        Snapshooter.Xunit3.Snapshot.Match(text, name);
    }
}
