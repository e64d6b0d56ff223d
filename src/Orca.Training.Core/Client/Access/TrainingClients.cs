using System.Security.Claims;
using Orca.Training.Ownership;

namespace Orca.Training.Client;

/// <summary>Makes clients that act for callers. What a caller may not see or do is decided here, once, for every door.</summary>
/// <param name="services">What they work on.</param>
/// <param name="access">Says what a caller may do.</param>
/// <param name="options">The settings.</param>
/// <param name="owners">Whose datasets and models are.</param>
internal sealed class TrainingClients(ClientServices services, ITrainingAccess access, AccessOptions options, INameOwners owners)
    : ITrainingClientFactory
{
    private readonly CallerBudgets _budgets = new(options, services.Time);
    private TrainingClient? _local;

    public ITrainingClient For(ClaimsPrincipal caller, string? origin = null)
    {
        ArgumentNullException.ThrowIfNull(caller);
        if (LocalPeer.Is(caller))
        {
            // One for all on this machine, since they are nobody: most hosts in the making have no other callers, and those may call often. Of others whom a
            // host lets in without a name each has the limits of where it calls from; no user is called so.
            return origin is null
                ? _local ??= Make(TrainingScope.Local, budget: null, LocalPeer.Origin)
                : Make(TrainingScope.Local, _budgets.Of("\0" + origin), origin);
        }

        return For(access.GetScope(caller), origin);
    }

    /// <summary>A client for a scope.</summary>
    internal ITrainingClient For(TrainingScope scope, string? origin) => Make(scope, _budgets.Of(scope.User ?? ""), origin);

    private TrainingClient Make(TrainingScope scope, CallerBudget? budget, string? origin)
    {
        var rights = new CallerRights(scope, options);
        var audit = services.Audit is { } trail ? new CallerAudit(trail, rights.User, origin, services.Time) : null;
        var guard = new CallGuard(new ClientErrors(services.Logger), rights, budget, audit);
        return new TrainingClient(services, new Caller(rights, new CallerNames(owners, rights), guard));
    }
}
