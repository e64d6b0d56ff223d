using System.Text.RegularExpressions;

namespace Orca.Training;

/// <summary>The PostgreSQL job store's settings. Read once, when the host starts; changing them later has no effect.</summary>
public sealed partial class PostgreSqlJobStoreOptions
{
    /// <summary>
    /// The database schema that the store keeps its tables in; it makes it where need be. Installations that share a database need one
    /// each. Small letters, digits and underscores. Default <c>orca</c>.
    /// </summary>
    public string Schema { get; set; } = "orca";

    /// <summary>
    /// How often the store looks for changes of other hosts although none was notified: a backstop, since a notification arrives within
    /// milliseconds. Default 5 s.
    /// </summary>
    public TimeSpan PollPeriod { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long the server may take to answer; then the call fails as unavailable. Default 15 s.</summary>
    public TimeSpan CallTimeout { get; set; } = TimeSpan.FromSeconds(15);

    internal PostgreSqlJobStoreOptions Check()
    {
        if (!SchemaName().IsMatch(Schema))
        {
            throw new ArgumentException($"The schema '{Schema}' is not possible: give small letters, digits and '_', not starting with a digit, at most 40.");
        }

        CheckTime(PollPeriod, nameof(PollPeriod));
        CheckTime(CallTimeout, nameof(CallTimeout));
        return this;
    }

    private static void CheckTime(TimeSpan time, string name)
    {
        if (time < TimeSpan.FromSeconds(1) || time > TimeSpan.FromHours(1))
        {
            throw new ArgumentOutOfRangeException(name, time, "Give a time from a second to an hour.");
        }
    }

    [GeneratedRegex(@"^[a-z_][a-z0-9_]{0,39}\z")]
    private static partial Regex SchemaName();
}
