using Microsoft.Extensions.Options;

namespace Orca.Training.Settings;

/// <summary>Checks all that the configuration says about the service, in every package's section, against the settings that there are.</summary>
internal sealed class SettingsCheck : IValidateOptions<OrcaTrainingOptions>
{
    private readonly SettingsSource[] _sources;

    public SettingsCheck(IEnumerable<SettingsSource> sources, IEnumerable<SettingsPart> parts)
    {
        _sources = [.. sources];
        foreach (var part in parts)
        {
            Keys.Add(part.Path, part.Keys);
        }
    }

    /// <summary>The settings that there are.</summary>
    public SettingsKeys Keys { get; } = new();

    public ValidateOptionsResult Validate(string? name, OrcaTrainingOptions options)
    {
        var found = _sources
            .SelectMany(s => s.FaultsBy(Keys))
            .Where(f => !f.IsUnknown || !options.AllowUnknownSettings)
            .Select(f => f.ToString())
            .ToList();
        return found.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(found);
    }
}
