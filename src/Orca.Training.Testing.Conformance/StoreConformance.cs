using System.Collections.Concurrent;

namespace Orca.Training.Testing.Conformance;

/// <summary>What the suites of the data's stores have in common: how a store is made, how long a case waits, and that it is disposed.</summary>
public abstract class StoreConformance<TStore> : IAsyncDisposable
    where TStore : class
{
    private readonly ConcurrentBag<TStore> _made = [];
    private readonly Lazy<CancellationTokenSource> _patience;

    protected StoreConformance() => _patience = new(() =>
    {
        var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience);
        return patience;
    });

    /// <summary>How long a case may wait for the store before it counts as failed. Default one minute.</summary>
    protected virtual TimeSpan Patience => TimeSpan.FromMinutes(1);

    /// <summary>How many generated sequences are tried, several at a time on one store; less for one that is slow. Default 100.</summary>
    protected virtual int GeneratedSequences => 100;

    /// <summary>Ends every wait of the case.</summary>
    protected CancellationToken Cancel => _patience.Value.Token;

    /// <summary>Makes a new, empty store; where it is disposable it is disposed after the case.</summary>
    protected abstract ValueTask<TStore> CreateAsync();

    /// <summary>
    /// Opens another store on the same data, as after a restart. A store whose data goes with its object gives that object back, which is
    /// what is done if this is not overridden.
    /// </summary>
    protected virtual ValueTask<TStore> ReopenAsync(TStore store) => ValueTask.FromResult(store);

    /// <inheritdoc />
    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        foreach (var store in _made.Distinct(ReferenceEqualityComparer.Instance))
        {
            switch (store)
            {
                case IAsyncDisposable later:
                    await later.DisposeAsync();
                    break;
                case IDisposable now:
                    now.Dispose();
                    break;
                default:
                    break;
            }
        }

        if (_patience.IsValueCreated)
        {
            _patience.Value.Dispose();
        }
    }

    private protected async ValueTask<TStore> NewAsync() => Remember(await CreateAsync());

    private protected async ValueTask<TStore> AgainAsync(TStore store) => Remember(await ReopenAsync(store));

    private TStore Remember(TStore store)
    {
        _made.Add(store);
        return store;
    }
}
