using System.Security.Claims;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orca.Training.Client;

namespace Orca.Training.Tests.Client.Access;

/// <summary>Roles from claims, as the configuration says.</summary>
public sealed class ConfiguredAccessTests
{
    [Fact]
    public void Where_nothing_is_said_of_roles_whoever_is_let_in_may_do_everything() =>
        Assert.Equal([new TrainingGrant(TrainingRole.Operator)], GrantsOf(new AccessOptions(), "anything"));

    [Fact]
    public void A_claim_gives_the_roles_of_all_entries_that_fit_and_no_others()
    {
        var options = Read(
            ("Roles:a:Claim", "groups"), ("Roles:a:Value", "ml"), ("Roles:a:Role", "Submitter"), ("Roles:a:Team", "vision"),
            ("Roles:b:Claim", "groups"), ("Roles:b:Role", "Viewer"),
            ("Roles:c:Claim", "groups"), ("Roles:c:Value", "ML"), ("Roles:c:Role", "Operator"));

        Assert.Equal([new TrainingGrant(TrainingRole.Submitter, "vision"), new TrainingGrant(TrainingRole.Viewer)], GrantsOf(options, "ml"));
        Assert.Equal([new TrainingGrant(TrainingRole.Viewer)], GrantsOf(options, "other"));
    }

    [Fact]
    public void Where_there_are_roles_a_caller_without_one_may_do_nothing_unless_there_is_a_role_for_everybody()
    {
        (string, string)[] roles = [("Roles:a:Claim", "groups"), ("Roles:a:Value", "ml"), ("Roles:a:Role", "Operator")];

        Assert.Empty(GrantsOf(Read(roles), "other"));
        Assert.Equal([new TrainingGrant(TrainingRole.Viewer)], GrantsOf(Read([.. roles, ("DefaultRole", "Viewer")]), "other"));
        Assert.Equal([new TrainingGrant(TrainingRole.Operator)], GrantsOf(Read([.. roles, ("DefaultRole", "Viewer")]), "ml"));
    }

    [Theory]
    [InlineData("Roles:a:Value", "ml", "OrcaTraining:Access:Roles:a:Claim is missing: give the type of the claim that gives the role, such as groups.")]
    [InlineData("Roles:a:Claim", "groups", "OrcaTraining:Access:Roles:a:Role is missing: give Viewer, Submitter or Operator.")]
    [InlineData("DefaultTeam", "", "OrcaTraining:Access:DefaultTeam is '': give a name of 1 to 128 characters, ")]
    [InlineData("UserClaim", " ", "OrcaTraining:Access:UserClaim is ' ': give the type of a claim, such as sub, or leave it out.")]
    [InlineData("KeepAudit", "00:00:01", "OrcaTraining:Access:KeepAudit is 00:00:01: give at least 1 day, such as 1.00:00:00.")]
    [InlineData("RequestsPerSecond", "-1", "OrcaTraining:Access:RequestsPerSecond is -1: give 0 (no limit) or more.")]
    public void A_setting_that_cannot_be_is_told_by_its_name(string key, string value, string says)
    {
        var refusal = Assert.Throws<OptionsValidationException>(() => Read((key, value)));

        Assert.Contains(refusal.Failures, f => f.StartsWith(says, StringComparison.Ordinal));
    }

    private static AccessOptions Read(params (string Key, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(s => KeyValuePair.Create("OrcaTraining:Access:" + s.Key, (string?)s.Value))).Build();
        var services = new ServiceCollection().AddSingleton<IConfiguration>(configuration);
        services.AddOrcaTraining();
        using var provider = services.BuildServiceProvider();
        return provider.GetRequiredService<IOptions<AccessOptions>>().Value;
    }

    private static IReadOnlyList<TrainingGrant> GrantsOf(AccessOptions options, string group) =>
        new ConfiguredAccess(options).GetScope(new ClaimsPrincipal(new ClaimsIdentity([new Claim("sub", "ada"), new Claim("groups", group)], "test"))).Grants;
}
