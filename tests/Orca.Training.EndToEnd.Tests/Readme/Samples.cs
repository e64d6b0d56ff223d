namespace Orca.Training.EndToEnd.Tests.Readme;

/// <summary>The small files of intents that pages begin with.</summary>
internal static class Samples
{
    public static void CopyTo(DirectoryInfo folder)
    {
        foreach (var file in new[] { "train.csv", "test.csv" })
        {
            File.Copy(Path.Combine(Repository.Folder, "samples", "data", "intents", file), Path.Combine(folder.FullName, file));
        }
    }
}
