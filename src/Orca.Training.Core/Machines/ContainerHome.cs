namespace Orca.Training.Machines;

/// <summary>
/// A container's home. Trainings run as a user that their image need not know and cannot write its root: libraries that keep caches
/// below <c>~</c>, or ask who they are, would fail. Each runtime makes the place, empty and writable, for each container.
/// </summary>
internal static class ContainerHome
{
    /// <summary>Where it is.</summary>
    public const string Path = "/orca/home";

    private const string Name = "orca";

    /// <summary>
    /// What tells programs of it. Caches that have variables of their own (HF_HOME, MPLCONFIGDIR, XDG_CACHE_HOME, …) lie below it by
    /// themselves; where an image sets one of those, it knows better.
    /// </summary>
    public static IEnumerable<KeyValuePair<string, string>> Variables { get; } =
    [
        new("HOME", Path),
        new("LOGNAME", Name),
        new("USER", Name),
    ];

    /// <summary>An attempt's environment, and what tells of its home.</summary>
    public static IEnumerable<KeyValuePair<string, string>> EnvironmentOf(AttemptSpec spec) =>
        Variables.Where(v => !spec.Environment.ContainsKey(v.Key)).Concat(spec.Environment);
}
