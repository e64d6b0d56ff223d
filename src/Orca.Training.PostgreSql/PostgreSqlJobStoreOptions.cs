namespace Orca.Training;

/// <summary>
/// The settings of the PostgreSQL job store, from the section <c>OrcaTraining:PostgreSql</c> of the host's configuration and then from
/// code. Read once, when the host starts.
/// </summary>
public sealed class PostgreSqlJobStoreOptions
{
    /// <summary>
    /// The database schema of the tables. It is created if it does not exist. Installations that share a database need different ones.
    /// Lower-case letters, digits and underscores. Default <c>orca</c>.
    /// </summary>
    public string Schema { get; set; } = "orca";

    /// <summary>
    /// How often the store looks for changes of other hosts without a notification. Notifications usually arrive within milliseconds.
    /// Default 5 s.
    /// </summary>
    public TimeSpan PollPeriod { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long the server may take to answer a call. Then the call fails as unavailable. Default 15 s.</summary>
    public TimeSpan CallTimeout { get; set; } = TimeSpan.FromSeconds(15);

    internal PostgreSqlJobStoreOptions Copy() => (PostgreSqlJobStoreOptions)MemberwiseClone();
}
