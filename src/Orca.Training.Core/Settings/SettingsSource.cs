using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Orca.Training.Settings;

/// <summary>A configuration that the service's settings are read from: the host's section, and what <c>AddOrcaTraining()</c> was given.</summary>
internal sealed record SettingsSource(IConfiguration Configuration)
{
    public const string Section = "OrcaTraining";

    /// <summary>Its full path; empty for a configuration that is not a section of another.</summary>
    public string Path => (Configuration as IConfigurationSection)?.Path ?? "";

    /// <summary>Binds one of its sections to options.</summary>
    /// <exception cref="OptionsValidationException">A value is none of its kind, such as a number: told with all else that is wrong.</exception>
    public void BindTo<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] TOptions>(
        string section, string name, TOptions options, Action<IConfiguration, TOptions> bind)
    {
        var from = section.Length == 0 ? Configuration : Configuration.GetSection(section);
        var days = typeof(TOptions).GetProperties()
            .Where(p => p.PropertyType == typeof(TimeSpan) || p.PropertyType == typeof(TimeSpan?))
            .Select(p => from.GetSection(p.Name))
            .Where(s => s.Value is { } value && value.All(char.IsAsciiDigit) && value.Any(c => c != '0'))
            .Select(s => $"{s.Path} is '{s.Value}', which would be that many days: write hours:minutes:seconds, such as 00:00:15, or days in front of them.")
            .ToList();
        if (days.Count > 0)
        {
            throw new OptionsValidationException(name, typeof(TOptions), days);
        }

        try
        {
            bind(from, options);
        }
        catch (InvalidOperationException e)
        {
            throw new OptionsValidationException(name, typeof(TOptions), [e.Message]);
        }
    }
}

/// <summary>What a package reads below the service's section.</summary>
/// <param name="Path">Where, below that section; empty for the section itself.</param>
/// <param name="Keys">The keys that mean something there.</param>
internal sealed record SettingsPart(string Path, SettingsKeys Keys);
