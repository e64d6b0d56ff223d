namespace Orca.Training.Docs.Tests;

/// <summary>A file, or a part of one, that is made from the code and committed.</summary>
internal static class GeneratedFile
{
    private static bool IsWriting => Environment.GetEnvironmentVariable("ORCA_DOCS") == "write";

    /// <summary>Fails if a committed file is not what the code gives; when eng/docs.sh runs the tests, writes it.</summary>
    public static void Check(string name, string text)
    {
        var path = Path.Combine(Repository.Folder, name);
        if (IsWriting)
        {
            File.WriteAllText(path, text);
        }

        Assert.True(File.Exists(path) && File.ReadAllText(path) == text, $"{name} is not what the code says any more: run eng/docs.sh and commit what it writes.");
    }

    /// <summary>The same for what stands between <c>&lt;!-- part: … --&gt;</c> and <c>&lt;!-- end --&gt;</c> in a file written by hand.</summary>
    public static void CheckPart(string name, string part, string text)
    {
        var whole = File.ReadAllText(Path.Combine(Repository.Folder, name));
        var begin = whole.IndexOf($"<!-- {part}: ", StringComparison.Ordinal);
        Assert.True(begin >= 0, $"{name} has no line <!-- {part}: … -->");
        begin = whole.IndexOf('\n', begin) + 1;
        Check(name, whole[..begin] + text + whole[whole.IndexOf("<!-- end -->", begin, StringComparison.Ordinal)..]);
    }
}
