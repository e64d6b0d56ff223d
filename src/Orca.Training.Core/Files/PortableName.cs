using System.Collections.Frozen;

namespace Orca.Training.Files;

/// <summary>
/// Names of files that every file system can hold: a dataset or a model moves between Linux, Windows, macOS and S3. Pure; the rule for datasets, and for
/// whatever else is stored by a name that somebody outside chose.
/// </summary>
internal static class PortableName
{
    private static readonly FrozenSet<string> Devices = new[] { "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", "CLOCK$" }
        .Concat(from port in new[] { "COM", "LPT" } from digit in "0123456789\u00b9\u00b2\u00b3" select port + digit)
        .ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>What is wrong with a part of a path, between two slashes; null if nothing is.</summary>
    public static string? Problem(string part)
    {
        if (part.IndexOfAny(['<', '>', ':', '"', '|', '?', '*', '\\']) is >= 0 and var at)
        {
            return $"it contains '{part[at]}', which is not allowed on Windows. Give a name without it.";
        }

        if (part[^1] is '.' or ' ')
        {
            return "a part of it ends in a dot or a space, which Windows removes. Give a name without it.";
        }

        // A device is one with any ending, and with blanks before it.
        var stem = part.Split('.')[0].TrimEnd(' ');
        return Devices.Contains(stem) ? $"'{stem}' is the name of a device on Windows, with any extension. Give another name." : null;
    }

    /// <summary>Equal for paths that are one on a file system that is blind to case or to how an accent is written.</summary>
    public static string Key(string path) => CanonicalText.Of(CanonicalText.Of(path).ToUpperInvariant());

    /// <summary>The first two of these paths that are one on such a file system though they are spelt in two ways; null if there are none.</summary>
    public static (string First, string Second)? Clash(IEnumerable<string> paths)
    {
        var seen = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var path in paths)
        {
            // Folders too: two that differ only by case become one, and whose files are whose is lost.
            for (var end = path.IndexOf('/', StringComparison.Ordinal); end != -2; end = end < 0 ? -2 : path.IndexOf('/', end + 1))
            {
                var part = end < 0 ? path : path[..end];
                if (!seen.TryAdd(Key(part), part) && seen[Key(part)] is var first && first != part)
                {
                    return (first, part);
                }
            }
        }

        return null;
    }
}
