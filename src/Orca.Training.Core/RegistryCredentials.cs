namespace Orca.Training;

/// <summary>
/// Who asks a private registry for an image: a user and a password, or an identity token. Given to the registry through the machine
/// when an image is pulled, and to nobody else: neither containers nor messages show them.
/// </summary>
public sealed record RegistryCredentials
{
    /// <summary>The user; empty with an identity token.</summary>
    public string User { get; set; } = "";

    /// <summary>The password, or an access token that stands in for it.</summary>
    public string Password { get; set; } = "";

    /// <summary>The identity token that a log-in at the registry gave, in place of user and password.</summary>
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
