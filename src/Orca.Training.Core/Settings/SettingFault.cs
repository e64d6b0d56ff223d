namespace Orca.Training.Settings;

/// <summary>What is wrong with a setting of the configuration.</summary>
/// <param name="Path">The setting's full path.</param>
/// <param name="Found">What is there.</param>
/// <param name="Remedy">What would be right.</param>
internal sealed record SettingFault(string Path, string Found, string Remedy)
{
    /// <summary>Whether there is no such setting.</summary>
    public bool IsUnknown { get; private init; }

    public static SettingFault Unknown(string path, string remedy) => new(path, "unknown", remedy) { IsUnknown = true };

    public override string ToString() => $"{Path} is {Found}: {Remedy}";
}
