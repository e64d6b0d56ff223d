namespace Orca.Training.Testing.Conformance;

/// <summary>What the suites of the data's stores have in common: how a store is made, and opened again.</summary>
public abstract class StoreConformance<TStore> : Suite
    where TStore : class
{
    /// <summary>How many generated sequences are tried, several at a time on one store; less for one that is slow. Default 100.</summary>
    protected virtual int GeneratedSequences => 100;

    /// <summary>Makes a new, empty store; where it is disposable it is disposed after the case.</summary>
    protected abstract ValueTask<TStore> CreateAsync();

    /// <summary>
    /// Opens another store on the same data, as after a restart. A store whose data goes with its object gives that object back, which is
    /// what is done if this is not overridden.
    /// </summary>
    protected virtual ValueTask<TStore> ReopenAsync(TStore store) => ValueTask.FromResult(store);

    private protected async ValueTask<TStore> NewAsync() => Remember(await CreateAsync());

    private protected async ValueTask<TStore> AgainAsync(TStore store) => Remember(await ReopenAsync(store));
}
