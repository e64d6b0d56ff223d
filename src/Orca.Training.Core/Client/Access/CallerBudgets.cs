using System.Collections.Concurrent;

namespace Orca.Training.Client;

/// <summary>The budgets of callers, by name. If there are many, idle ones are dropped. Thread-safe.</summary>
internal sealed class CallerBudgets(AccessOptions options, TimeProvider time)
{
    private const int Many = 4096;

    private readonly ConcurrentDictionary<string, CallerBudget> _budgets = new(StringComparer.Ordinal);
    private int _forgetting;

    public int Count => _budgets.Count;

    public CallerBudget Of(string caller)
    {
        if (_budgets.Count >= Many && Interlocked.Exchange(ref _forgetting, 1) == 0)
        {
            try
            {
                foreach (var (name, _) in _budgets.Where(b => b.Value.IsIdle).ToList())
                {
                    _budgets.TryRemove(name, out _);
                }
            }
            finally
            {
                Volatile.Write(ref _forgetting, 0);
            }
        }

        return _budgets.GetOrAdd(caller, static (_, made) => new CallerBudget(made.options, made.time), (options, time));
    }
}
