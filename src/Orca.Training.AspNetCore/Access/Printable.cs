namespace Orca.Training.AspNetCore.Access;

/// <summary>Text from a caller, made safe for a message and a header.</summary>
internal static class Printable
{
    private const int Longest = 100;

    // Percent is gRPC's escape in a status message; JSON escapes the others, which is hard to read.
    private const string Escaped = "%\"\\<>&'+`";

    public static string Of(string? text) =>
        string.IsNullOrEmpty(text)
            ? "nothing"
            : string.Concat(text.Take(Longest).Select(c => IsPlain(c) ? c : '?'));

    private static bool IsPlain(char c) => c is >= ' ' and <= '~' && !Escaped.Contains(c, StringComparison.Ordinal);
}
