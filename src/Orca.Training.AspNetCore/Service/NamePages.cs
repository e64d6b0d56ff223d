using System.Text;

namespace Orca.Training.AspNetCore.Service;

/// <summary>Lists of names, cut by bytes: however many there are, each message is one that every client takes. Pure.</summary>
internal static class NamePages
{
    private const int MostOfAMessage = 1 << 20;

    // The field's tag, and the length.
    private const int Entry = 4;

    /// <summary>The names after one, and whether there are more than these.</summary>
    /// <param name="after">A name, or empty for the start.</param>
    /// <param name="names">All names, in ordinal order.</param>
    public static (IReadOnlyList<string> Names, bool HasMore) After(string after, IReadOnlyList<string> names)
    {
        var page = new List<string>();
        var bytes = 0;
        foreach (var name in names)
        {
            if (string.CompareOrdinal(name, after) <= 0)
            {
                continue;
            }

            bytes += Entry + Encoding.UTF8.GetByteCount(name);
            if (bytes > MostOfAMessage && page.Count > 0)
            {
                return (page, true);
            }

            page.Add(name);
        }

        return (page, false);
    }
}
