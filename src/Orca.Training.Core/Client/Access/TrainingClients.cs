using System.Security.Claims;
using Orca.Training.Ownership;

namespace Orca.Training.Client;

/// <summary>Creates clients that act for callers. Access is decided here, once, for gRPC, HTTP and the host's own code.</summary>
/// <param name="services">The services that the clients use.</param>
/// <param name="access">Decides what a caller may do.</param>
/// <param name="options">The settings.</param>
/// <param name="owners">The owners of datasets and models.</param>
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
            // Local callers share one client without limits: most hosts in development have no other callers. Other anonymous callers have limits by
            // origin; no user name starts with this character.
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
