using Microsoft.Extensions.Options;
using static System.FormattableString;

namespace Orca.Training.Sqlite;

/// <summary>Says when the host starts which of the store's settings is wrong, what was found and what would be right.</summary>
internal sealed class SqliteJobStoreOptionsValidator : IValidateOptions<SqliteJobStoreOptions>
{
    public ValidateOptionsResult Validate(string? name, SqliteJobStoreOptions options)
    {
        var found = new List<string>();
        Require(TimeSpan.Zero, nameof(options.BusyTimeout), options.BusyTimeout, found);
        Require(TimeSpan.Zero, nameof(options.HostTimeout), options.HostTimeout, found);
        return found.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(found);
    }

    private static void Require(TimeSpan least, string setting, TimeSpan time, List<string> found)
    {
        if (time < least || time > TimeSpan.FromHours(1))
        {
            found.Add(Invariant($"OrcaTraining:Sqlite:{setting} is {time}: give a time from {least} to 01:00:00."));
        }
    }
}
