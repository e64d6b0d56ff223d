using System.Security.Claims;

namespace Orca.Training.Client;

/// <summary>Roles from claims, by configuration. Pure.</summary>
internal sealed class ConfiguredAccess(AccessOptions options) : ITrainingAccess
{
    public TrainingScope GetScope(ClaimsPrincipal caller)
    {
        ArgumentNullException.ThrowIfNull(caller);
        var user = CallerIdentity.Of(caller, options.UserClaim);
        var grants = options.Roles.OrderBy(r => r.Key, StringComparer.Ordinal).Select(r => r.Value)
            .Where(r => Has(caller, r))
            .Select(r => new TrainingGrant(r.Role!.Value, r.Team))
            .Distinct()
            .ToList();
        var otherwise = options.DefaultRole ?? (options.Roles.Count == 0 ? TrainingRole.Operator : null);
        if (grants.Count == 0 && otherwise is { } role)
        {
            grants.Add(new TrainingGrant(role));
        }

        return new TrainingScope { User = user, Grants = grants };
    }

    private static bool Has(ClaimsPrincipal caller, AccessRoleOptions role) => caller.Identities.Any(identity =>
        identity.IsAuthenticated && identity.FindAll(role.Claim).Any(c => role.Value.Length == 0 || c.Value == role.Value));
}
