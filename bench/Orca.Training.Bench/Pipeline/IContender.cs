namespace Orca.Training.Bench.Pipeline;

/// <summary>Something that takes jobs and brings each to its end, eight at a time. The jobs do nothing.</summary>
internal interface IContender : IAsyncDisposable
{
    /// <summary>Submits jobs one by one, each when the one before was accepted, and waits until all have ended.</summary>
    Task RunAsync(int jobs);

    /// <summary>Submits one job and waits for its end.</summary>
    Task RunOneAsync();

    /// <summary>Reads the final state of each job that has run.</summary>
    /// <returns>How many are on record as succeeded; null where no final state is kept.</returns>
    Task<long?> CountSucceededAsync();
}
