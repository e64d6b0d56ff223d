using System.Security.Claims;

namespace Orca.Training.Client;

/// <summary>The name of a caller: its subject and the issuer. The same subject from two issuers is two callers. Pure.</summary>
internal static class CallerIdentity
{
    // The usual claim for the subject of a token.
    private const string Subject = "sub";

    /// <param name="caller">The authenticated caller.</param>
    /// <param name="userClaim">The claim that identifies the caller; null for the usual ones.</param>
    /// <exception cref="TrainingException">No claim identifies the caller, or its value is not a valid name.</exception>
    public static string Of(ClaimsPrincipal caller, string? userClaim)
    {
        ClaimsIdentity[] known = [.. caller.Identities.Where(i => i.IsAuthenticated)];
        if (known.Length == 0)
        {
            throw new TrainingException(TrainingError.Unauthenticated, "The caller is not authenticated: sign in, or send a token.");
        }

        var claim = userClaim is null
            ? First(known, _ => Subject) ?? First(known, _ => ClaimTypes.NameIdentifier) ?? First(known, i => i.NameClaimType)
            : First(known, _ => userClaim);
        if (claim is null)
        {
            throw new TrainingException(
                TrainingError.Unauthenticated,
                $"The caller is authenticated, but has no claim with its identity ({userClaim ?? "sub, the name identifier or a name"}): "
                + "configure the issuer to send one, or set OrcaTraining:Access:UserClaim to another claim.");
        }

        var user = Text(claim);
        Intake.Names(("user", user));
        return user;
    }

    /// <summary>The subject, and the issuer unless it is the host itself. No two pairs give the same text.</summary>
    private static string Text(Claim claim) =>
        claim.Issuer != ClaimsIdentity.DefaultIssuer ? $"{claim.Value} <{claim.Issuer.Replace("<", "%3C", StringComparison.Ordinal)}>"
        : claim.Value.EndsWith('>') ? $"{claim.Value} <>"
        : claim.Value;

    private static Claim? First(ClaimsIdentity[] identities, Func<ClaimsIdentity, string> type) =>
        identities.SelectMany(i => i.FindAll(type(i))).FirstOrDefault(c => c.Value.Length > 0);
}
