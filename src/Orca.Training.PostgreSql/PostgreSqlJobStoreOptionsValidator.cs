using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;
using static System.FormattableString;

namespace Orca.Training.PostgreSql;

/// <summary>Says when the host starts which of the store's settings is wrong, what was found and what would be right.</summary>
internal sealed partial class PostgreSqlJobStoreOptionsValidator : IValidateOptions<PostgreSqlJobStoreOptions>
{
    public ValidateOptionsResult Validate(string? name, PostgreSqlJobStoreOptions options)
    {
        var found = new List<string>();
        Require(TimeSpan.FromSeconds(1), nameof(options.PollPeriod), options.PollPeriod, found);
        Require(TimeSpan.FromSeconds(1), nameof(options.CallTimeout), options.CallTimeout, found);
        if (!SchemaName().IsMatch(options.Schema ?? ""))
        {
            found.Add($"OrcaTraining:PostgreSql:Schema is '{options.Schema}': give lower-case letters, digits and '_', not starting with a digit, at most 40.");
        }

        return found.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(found);
    }

    [GeneratedRegex(@"^[a-z_][a-z0-9_]{0,39}\z")]
    private static partial Regex SchemaName();

    private static void Require(TimeSpan least, string setting, TimeSpan time, List<string> found)
    {
        if (time < least || time > TimeSpan.FromHours(1))
        {
            found.Add(Invariant($"OrcaTraining:PostgreSql:{setting} is {time}: give a time from {least} to 01:00:00."));
        }
    }
}
