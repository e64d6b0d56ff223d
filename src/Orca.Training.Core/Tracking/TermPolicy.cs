using Microsoft.Extensions.DependencyInjection;
using Orca.Training.Diagnostics;
using Orca.Training.Scheduling.Capacity;

namespace Orca.Training.Tracking;

/// <summary>
/// The host's capacity policy for one term, in a scope of its own. It is made when it is first asked: one that cannot be made is one that
/// throws, which costs starts and nothing else, and the next question tries again.
/// </summary>
internal sealed class TermPolicy(IServiceScopeFactory scopes) : ICapacityPolicy, IRoomCheck
{
    private AsyncServiceScope? _scope;
    private ICapacityPolicy? _policy;

    public CapacityAnswer Fits(Resources resources, Inventory inventory) => Make().Fits(resources, inventory);

    public bool HasRoom(Resources resources, in Inventory inventory) =>
        Make() is IRoomCheck check ? check.HasRoom(resources, inventory) : _policy!.Fits(resources, inventory).Fits;

    /// <summary>The policy, made now if it is not.</summary>
    public ICapacityPolicy Make()
    {
        _scope ??= scopes.CreateAsyncScope();
        return _policy ??= _scope.Value.ServiceProvider.GetRequiredService<ICapacityPolicy>();
    }

    /// <summary>Ends the policy where nothing can be waited for.</summary>
    public void Dispose(ForeignFaults faults) => DisposeAsync(faults).Observe();

    /// <summary>Ends the policy, and tells what it throws then.</summary>
    public async Task DisposeAsync(ForeignFaults faults)
    {
        try
        {
            if (_scope is { } scope)
            {
                await scope.DisposeAsync();
            }
        }
#pragma warning disable CA1031 // The policy is the host's own code.
        catch (Exception e)
#pragma warning restore CA1031
        {
            faults.Tell("The disposal of the capacity policy", e);
        }
    }
}
