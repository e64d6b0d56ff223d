using System.Buffers;

namespace Orca.Training.Datasets.Intents;

/// <summary>Writes CSV in one way only: line feeds, and quotes only where the field could be read differently without them.</summary>
internal static class CsvLine
{
    private static readonly SearchValues<char> Special = SearchValues.Create(",\"\r\n");

    public static string Of(string field) => Quoted(field) + "\n";

    public static string Of(string first, string second) => $"{Quoted(first)},{Quoted(second)}\n";

    private static string Quoted(string field) =>
        // At a file's start, a zero-width no-break space would be taken for the byte order mark.
        field.AsSpan().ContainsAny(Special) || field.StartsWith('\uFEFF')
            ? "\"" + field.Replace("\"", "\"\"", StringComparison.Ordinal) + "\""
            : field;
}
