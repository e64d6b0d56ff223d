using System.Security.Claims;

namespace Orca.Training.Client;

/// <summary>Who a caller is: what its issuer calls it, and the issuer. Two issuers may know one name, and mean two. Pure.</summary>
internal static class CallerIdentity
{
    // What most call the subject of a token, and what ASP.NET makes of that.
    private const string Subject = "sub";

    /// <param name="caller">A caller whom the host has authenticated.</param>
    /// <param name="userClaim">The claim that says who it is; null for the usual ones.</param>
    /// <exception cref="TrainingException">Nothing says who it is, or what does is no text for a record.</exception>
    public static string Of(ClaimsPrincipal caller, string? userClaim)
    {
        ClaimsIdentity[] known = [.. caller.Identities.Where(i => i.IsAuthenticated)];
        if (known.Length == 0)
        {
            throw new TrainingException(TrainingError.Unauthenticated, "The training service does not know who calls: sign in, or send a token.");
        }

        var claim = userClaim is null
            ? First(known, _ => Subject) ?? First(known, _ => ClaimTypes.NameIdentifier) ?? First(known, i => i.NameClaimType)
            : First(known, _ => userClaim);
        if (claim is null)
        {
            throw new TrainingException(
                TrainingError.Unauthenticated,
                $"The caller is authenticated, but has no claim that says who it is ({userClaim ?? "sub, the name identifier or a name"}): "
                + "have the issuer send one, or name another claim by OrcaTraining:Access:UserClaim.");
        }

        var user = Text(claim);
        Intake.Names(("user", user));
        return user;
    }

    /// <summary>The subject, and its issuer where that is another than the host itself: no two pairs make the same text.</summary>
    private static string Text(Claim claim) =>
        claim.Issuer != ClaimsIdentity.DefaultIssuer ? $"{claim.Value} <{claim.Issuer.Replace("<", "%3C", StringComparison.Ordinal)}>"
        : claim.Value.EndsWith('>') ? $"{claim.Value} <>"
        : claim.Value;

    private static Claim? First(ClaimsIdentity[] identities, Func<ClaimsIdentity, string> type) =>
        identities.SelectMany(i => i.FindAll(type(i))).FirstOrDefault(c => c.Value.Length > 0);
}
