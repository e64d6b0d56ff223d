namespace Orca.Training.Testing.Conformance;

/// <summary>The base class of the suites of datasets, artifacts and logs: it creates a store, and opens it again.</summary>
public abstract class StoreConformance<TStore> : Suite
    where TStore : class
{
    /// <summary>
    /// The number of generated sequences; several run in parallel on one store. Reduce it if the store is slow. Default 100.
    /// </summary>
    protected virtual int GeneratedSequences => 100;

    /// <summary>Creates an empty store. If it is disposable, it is disposed after the case.</summary>
    protected abstract ValueTask<TStore> CreateAsync();

    /// <summary>
    /// Opens another store on the same data, as after a restart. For a store whose data is lost with the object, return the same object;
    /// this is the default.
    /// </summary>
    protected virtual ValueTask<TStore> ReopenAsync(TStore store) => ValueTask.FromResult(store);

    private protected async ValueTask<TStore> NewAsync() => Remember(await CreateAsync());

    private protected async ValueTask<TStore> AgainAsync(TStore store) => Remember(await ReopenAsync(store));
}
