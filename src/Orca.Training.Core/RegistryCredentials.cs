namespace Orca.Training;

/// <summary>
/// Credentials for a private registry: a user and a password, or an identity token. They are sent to the registry when the image is
/// pulled. They never appear in containers or messages.
/// </summary>
public sealed record RegistryCredentials
{
    /// <summary>The user; empty with an identity token.</summary>
    public string User { get; set; } = "";

    /// <summary>The password, or an access token.</summary>
    public string Password { get; set; } = "";

    /// <summary>The identity token from a login at the registry, instead of user and password.</summary>
    public string IdentityToken { get; set; } = "";

    /// <summary>Why they cannot be used; null when they can.</summary>
    internal string? Fault => (User, Password, IdentityToken) switch
    {
        ({ Length: > 0 }, { Length: > 0 }, "") or ("", "", { Length: > 0 }) => null,
        ("", "", "") => "neither a user and password nor an identity token: give one of them, or leave the credentials out",
        (_, _, { Length: > 0 }) => "an identity token and a user or password too: give one of them",
        _ => $"a {(User.Length > 0 ? "user without a password" : "password without a user")}: give both",
    };

    /// <summary>Says that there are some, and for whom; never a secret.</summary>
    public override string ToString() => User.Length > 0 ? $"credentials of '{User}'" : "an identity token";
}
