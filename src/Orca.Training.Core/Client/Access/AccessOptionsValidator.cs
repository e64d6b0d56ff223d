using Microsoft.Extensions.Options;
using Orca.Training.Text;
using static System.FormattableString;

namespace Orca.Training.Client;

/// <summary>Validates roles and limits when the host starts.</summary>
internal sealed class AccessOptionsValidator : IValidateOptions<AccessOptions>
{
    private const int LongestTeam = 128;
    private const string Section = "OrcaTraining:Access:";

    public ValidateOptionsResult Validate(string? name, AccessOptions options)
    {
        var found = new List<string>();
        Least(nameof(options.RequestsPerSecond), options.RequestsPerSecond, found);
        Least(nameof(options.OpenStreams), options.OpenStreams, found);
        Least(nameof(options.QueuedTrainings), options.QueuedTrainings, found);
        Least(nameof(options.UploadMiB), options.UploadMiB, found);
        Team(nameof(options.DefaultTeam), options.DefaultTeam, found);
        if (options.KeepAudit < TimeSpan.FromDays(1))
        {
            found.Add(Invariant($"{Section}{nameof(options.KeepAudit)} is {options.KeepAudit}: give at least 1 day, such as 1.00:00:00."));
        }

        if (options.UserClaim is { } claim && string.IsNullOrWhiteSpace(claim))
        {
            found.Add($"{Section}{nameof(options.UserClaim)} is '{claim}': give the type of a claim, such as sub, or leave it out.");
        }

        if (options.DefaultRole is { } otherwise && !Enum.IsDefined(otherwise))
        {
            found.Add(Invariant($"{Section}{nameof(options.DefaultRole)} is {(int)otherwise}: give {Words}."));
        }

        foreach (var (entry, role) in options.Roles)
        {
            Check($"{nameof(options.Roles)}:{entry}:", role, found);
        }

        return found.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(found);
    }

    private static string Words => "Viewer, Submitter or Operator";

    private static void Check(string path, AccessRoleOptions entry, List<string> found)
    {
        if (string.IsNullOrWhiteSpace(entry.Claim))
        {
            found.Add($"{Section}{path}{nameof(entry.Claim)} is missing: give the type of the claim that gives the role, such as groups.");
        }

        if (entry.Role is null || !Enum.IsDefined(entry.Role.Value))
        {
            var given = entry.Role is { } role ? Invariant($"{(int)role}") : "missing";
            found.Add($"{Section}{path}{nameof(entry.Role)} is {given}: give {Words}.");
        }

        if (entry.Team is { } team)
        {
            Team(path + nameof(entry.Team), team, found);
        }
    }

    private static void Team(string setting, string team, List<string> found)
    {
        if (!Alphabet.IsName(team, LongestTeam))
        {
            found.Add(Invariant($"{Section}{setting} is '{team}': give a name of 1 to {LongestTeam} characters, {Alphabet.Rule}."));
        }
    }

    private static void Least(string setting, int value, List<string> found)
    {
        if (value < 0)
        {
            found.Add(Invariant($"{Section}{setting} is {value}: give 0 (no limit) or more."));
        }
    }
}
