using Microsoft.Extensions.Options;
using static System.FormattableString;

namespace Orca.Training.Jobs.Storage.Memory;

/// <summary>Says when the host starts which of the memory store's settings is wrong, what was found and what would be right.</summary>
internal sealed class MemoryJobStoreOptionsValidator : IValidateOptions<MemoryJobStoreOptions>
{
    public ValidateOptionsResult Validate(string? name, MemoryJobStoreOptions options)
    {
        var found = new List<string>();
        Require(0, nameof(options.KeepFinished), options.KeepFinished, found);
        Require(1, nameof(options.KeepChanges), options.KeepChanges, found);
        Require(1, nameof(options.KeepRevisions), options.KeepRevisions, found);
        return found.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(found);
    }

    private static void Require(int least, string setting, int value, List<string> found)
    {
        if (value < least)
        {
            found.Add(Invariant($"OrcaTraining:MemoryJobStore:{setting} is {value}: give at least {least}."));
        }
    }
}
