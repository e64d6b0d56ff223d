using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace Orca.Training.Files;

/// <summary>
/// Texts as Unicode compares them: the same whether an accent is part of its letter or a mark behind it. .NET's own normalization does nothing in a host
/// without ICU (<c>InvariantGlobalization</c>), so what it needs comes along in <c>CanonicalText.txt</c>.
/// </summary>
internal static class CanonicalText
{
    private const int FirstSyllable = 0xAC00;
    private const int Syllables = 11_172;

    private static readonly Lazy<Tables> Known = new(Read);

    /// <summary>The text with each character decomposed and marks in their order (NFD): equal for texts that are canonically equal.</summary>
    public static string Of(string text)
    {
        if (System.Text.Ascii.IsValid(text))
        {
            return text;
        }

        var tables = Known.Value;
        var found = new List<Rune>(text.Length + 8);
        foreach (var rune in text.EnumerateRunes())
        {
            Decompose(rune, tables, found);
        }

        Order(found, tables);
        var result = new StringBuilder(text.Length + 8);
        foreach (var rune in found)
        {
            result.Append(rune);
        }

        return result.ToString();
    }

    private static void Decompose(Rune rune, Tables tables, List<Rune> found)
    {
        var syllable = rune.Value - FirstSyllable;
        if (syllable is >= 0 and < Syllables)
        {
            found.Add(new Rune(0x1100 + syllable / 588));
            found.Add(new Rune(0x1161 + syllable % 588 / 28));
            if (syllable % 28 is not 0 and var last)
            {
                found.Add(new Rune(0x11A7 + last));
            }
        }
        else if (tables.Parts.TryGetValue(rune.Value, out var parts))
        {
            found.AddRange(parts);
        }
        else
        {
            found.Add(rune);
        }
    }

    /// <summary>Marks that do not touch each other may come in any order: here they come in one.</summary>
    private static void Order(List<Rune> runes, Tables tables)
    {
        for (var start = 0; start < runes.Count;)
        {
            var end = start;
            while (end < runes.Count && tables.Orders.ContainsKey(runes[end].Value))
            {
                end++;
            }

            if (end - start > 1)
            {
                var ordered = runes.GetRange(start, end - start).OrderBy(r => tables.Orders[r.Value]).ToList();
                for (var i = 0; i < ordered.Count; i++)
                {
                    runes[start + i] = ordered[i];
                }
            }

            start = end + 1;
        }
    }

    private static Tables Read()
    {
        var parts = new Dictionary<int, Rune[]>();
        var orders = new Dictionary<int, int>();
        using var stream = typeof(CanonicalText).Assembly.GetManifestResourceStream("CanonicalText.txt")!;
        using var reader = new StreamReader(stream, Encoding.ASCII);
        while (reader.ReadLine() is { } line)
        {
            if (line.Split('=') is [var character, var decomposed] && line[0] != '#')
            {
                parts[Hex(character)] = [.. decomposed.Split(' ').Select(part => new Rune(Hex(part)))];
            }
            else if (line.Split('-', ':') is [var first, var last, var order] && line[0] != '#')
            {
                for (var mark = Hex(first); mark <= Hex(last); mark++)
                {
                    orders[mark] = int.Parse(order, CultureInfo.InvariantCulture);
                }
            }
        }

        return new Tables(parts.ToFrozenDictionary(), orders.ToFrozenDictionary());
    }

    private static int Hex(string text) => int.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    private sealed record Tables(FrozenDictionary<int, Rune[]> Parts, FrozenDictionary<int, int> Orders);
}
