using Npgsql;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage.Documents;

namespace Orca.Training.PostgreSql.Database;

/// <summary>What every read of jobs has in common.</summary>
internal static class JobColumns
{
    /// <summary>A job from a row that begins with its id and its document.</summary>
    public static Job ReadJob(this NpgsqlDataReader reader) => JobDocument.Read(new JobId(reader.GetInt64(0)), reader.GetString(1));

    /// <summary>So many characters of a text are indexed.</summary>
    public const int FactLength = 256;

    /// <summary>The same of text that may be missing.</summary>
    public static string? ColumnOrNull(string? text) => text is null ? null : Column(text);

    /// <summary>
    /// A document as its fields can be asked for. The database refuses to look into one that holds U+0000 anywhere, and one such job would fail every query
    /// and every removal that meets it.
    /// </summary>
    public const string Readable = @"(CASE WHEN strpos(document::text, '\u0000') > 0 THEN replace(document::text, '\u0000', '\ufffd')::json ELSE document END)";

    /// <summary>Text as a column can hold it: PostgreSQL knows no NUL. The document has the text as it is.</summary>
    public static string Column(string text) => text.Replace('\0', '\uFFFD');

    /// <summary>The same of text that is indexed for searches: its beginning, since an entry of an index has a greatest size.</summary>
    public static string Fact(string text)
    {
        // The server counts characters, and a pair of surrogates is one.
        var length = 0;
        foreach (var rune in Column(text).EnumerateRunes().Take(FactLength))
        {
            length += rune.Utf16SequenceLength;
        }

        return Column(text)[..length];
    }
}
