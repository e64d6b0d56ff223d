using System.Text.RegularExpressions;

namespace Orca.Training.Text;

/// <summary>Takes the paths of this host out of what the system says: they are for its log, and nothing that a caller should learn.</summary>
internal static partial class HostPaths
{
    /// <summary>The message with an ellipsis for each absolute path and each address of a file.</summary>
    public static string Without(string message) => Path().Replace(message, "…");

    [GeneratedRegex("""
        file:///?[^\s'"]+                              # the address of a file
        | (?<=['"])(?:[A-Za-z]:[\\/]|[\\/])[^'"\r\n]*(?=['"])  # in quotes, as .NET has them: up to the closing one, blanks included
        | (?<![\w:/\\.])(?:[A-Za-z]:[\\/]|/)(?:[\w.~+@-]+[\\/])+[\w.~+@-]*   # bare, of at least two parts
        """, RegexOptions.IgnorePatternWhitespace, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Path();
}
