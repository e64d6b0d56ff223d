using Npgsql;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage.Documents;

namespace Orca.Training.PostgreSql.Database;

/// <summary>What every read of jobs has in common.</summary>
internal static class JobColumns
{
    /// <summary>
    /// A row's document for the server's own reading of it. It takes no part out of one with a NUL in any text, and older versions took
    /// such texts; a job as
    /// this package reads it has them as they are.
    /// </summary>
    public const string Readable =
        "(CASE WHEN strpos(document::text, '\\u0000') > 0 THEN replace(document::text, '\\u0000', '\\ufffd')::json ELSE document END)";

    /// <summary>A job from a row that begins with its id and its document.</summary>
    public static Job ReadJob(this NpgsqlDataReader reader) => JobDocument.Read(new JobId(reader.GetInt64(0)), reader.GetString(1));

    /// <summary>The same of text that may be missing.</summary>
    public static string? ColumnOrNull(string? text) => text is null ? null : Column(text);

    /// <summary>Text as a column can hold it: PostgreSQL knows no NUL. The document has the text as it is.</summary>
    public static string Column(string text) => text.Replace('\0', '\uFFFD');
}
