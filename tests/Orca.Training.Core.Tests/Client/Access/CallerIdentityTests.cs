using System.Security.Claims;
using Orca.Training.Client;

namespace Orca.Training.Tests.Client.Access;

/// <summary>Who a caller is: subject and issuer.</summary>
public sealed class CallerIdentityTests
{
    private const string Login = "https://login.example";

    [Fact]
    public void One_subject_of_two_issuers_is_two_callers()
    {
        var one = CallerIdentity.Of(Who(new Claim("sub", "17", null, Login)), null);
        var other = CallerIdentity.Of(Who(new Claim("sub", "17", null, "https://other.example")), null);

        Assert.Equal(("17 <https://login.example>", "17 <https://other.example>"), (one, other));
    }

    [Fact]
    public void Whom_the_host_itself_has_named_is_called_so() => Assert.Equal("ada", CallerIdentity.Of(Who(new Claim(ClaimTypes.Name, "ada")), null));

    [Fact]
    public void The_subject_goes_before_the_name_identifier_and_that_before_the_name()
    {
        Claim[] claims = [new(ClaimTypes.Name, "Ada"), new(ClaimTypes.NameIdentifier, "id"), new("sub", "subject")];

        Assert.Equal(["subject", "id", "Ada"], [CallerIdentity.Of(Who(claims), null), CallerIdentity.Of(Who(claims[..2]), null), CallerIdentity.Of(Who(claims[..1]), null)]);
    }

    [Fact]
    public void No_name_that_the_host_gives_is_taken_for_somebody_of_an_issuer()
    {
        var theirs = CallerIdentity.Of(Who(new Claim("sub", "17", null, Login)), null);
        var ours = CallerIdentity.Of(Who(new Claim("sub", theirs)), null);
        var odd = CallerIdentity.Of(Who(new Claim("sub", "17", null, "a> <" + Login)), null);

        Assert.Equal(3, new[] { theirs, ours, odd }.Distinct().Count());
    }

    [Theory]
    [InlineData(null, "email")]
    [InlineData("oid", "sub")]
    public void A_caller_without_the_claim_is_refused_and_not_taken_for_nobody(string? asked, string given)
    {
        var refusal = Assert.Throws<TrainingException>(() => CallerIdentity.Of(Who(new Claim(given, "x")), asked));

        Assert.Equal(TrainingError.Unauthenticated, refusal.Error);
        Assert.Contains("OrcaTraining:Access:UserClaim", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_claim_says_nothing() => Assert.Throws<TrainingException>(() => CallerIdentity.Of(Who(new Claim("sub", "")), null));

    [Fact]
    public void The_claims_of_an_identity_that_is_not_authenticated_say_nothing()
    {
        var caller = new ClaimsPrincipal([new ClaimsIdentity([new Claim("sub", "root")]), new ClaimsIdentity([new Claim(ClaimTypes.Name, "ada")], "test")]);

        Assert.Equal("ada", CallerIdentity.Of(caller, null));
        Assert.Equal(
            TrainingError.Unauthenticated, Assert.Throws<TrainingException>(() => CallerIdentity.Of(new ClaimsPrincipal(new ClaimsIdentity([new Claim("sub", "root")])), null)).Error);
    }

    private static ClaimsPrincipal Who(params Claim[] claims) => new(new ClaimsIdentity(claims, "test"));
}
