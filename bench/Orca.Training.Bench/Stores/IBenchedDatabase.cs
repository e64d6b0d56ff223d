namespace Orca.Training.Bench.Stores;

/// <summary>A database that jobs are kept in, and the floor under it: bare commits of one row, by as many callers.</summary>
internal interface IBenchedDatabase : IAsyncDisposable
{
    /// <summary>Keeps a host's jobs in a new, empty store.</summary>
    void Use(OrcaTrainingBuilder builder);

    /// <summary>Keeps a host's jobs in the store that was made last, with all that is in it.</summary>
    void UseAgain(OrcaTrainingBuilder builder);

    /// <summary>One caller's way to commit one row of about a job's size.</summary>
    Task<IBareCaller> BareAsync();

    /// <summary>Puts so many finished jobs into the store that was made last, each like one that is there: also as to when it finished.</summary>
    Task FillAsync(int finished);

    /// <summary>Puts so many waiting jobs into the store that was made last, each like the newest that waits there.</summary>
    Task FillWaitingAsync(int waiting);

    /// <summary>How many finished jobs are in the store that was made last.</summary>
    Task<long> CountFinishedAsync();
}

/// <summary>One caller of a bare table.</summary>
internal interface IBareCaller : IAsyncDisposable
{
    Task CommitAsync();
}
