using System.Collections.Concurrent;

namespace Orca.Training.Testing.Conformance;

/// <summary>The base class of all suites of stores: it limits the waits of a case, and disposes what the case has created.</summary>
public abstract class Suite : IAsyncDisposable
{
    private readonly ConcurrentBag<object> _made = [];
    private readonly Lazy<CancellationTokenSource> _patience;

    protected Suite() => _patience = new(() =>
    {
        var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience);
        return patience;
    });

    /// <summary>The maximum time that a case waits for the store before it fails. Default 1 min.</summary>
    protected virtual TimeSpan Patience => TimeSpan.FromMinutes(1);

    /// <summary>Cancels every wait of the case.</summary>
    protected CancellationToken Cancel => _patience.Value.Token;

    /// <inheritdoc />
    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        foreach (var store in _made.Distinct(ReferenceEqualityComparer.Instance))
        {
            await DisposeAsync(store!);
        }

        if (_patience.IsValueCreated)
        {
            _patience.Value.Dispose();
        }
    }

    /// <summary>To be disposed after the case.</summary>
    private protected T Remember<T>(T store)
        where T : class
    {
        _made.Add(store);
        return store;
    }

    private protected static async ValueTask DisposeAsync(object store)
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
}
