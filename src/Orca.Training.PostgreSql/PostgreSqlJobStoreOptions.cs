namespace Orca.Training;

/// <summary>
/// The PostgreSQL job store's settings, from the section <c>OrcaTraining:PostgreSql</c> of the host's configuration and then from code.
/// Read once, when the host starts.
/// </summary>
public sealed class PostgreSqlJobStoreOptions
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

    internal PostgreSqlJobStoreOptions Copy() => (PostgreSqlJobStoreOptions)MemberwiseClone();
}
