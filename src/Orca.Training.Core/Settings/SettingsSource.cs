using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Orca.Training.Settings;

/// <summary>A configuration that the service's settings are read from: the host's section, and what <c>AddOrcaTraining()</c> was given.</summary>
internal sealed record SettingsSource(IConfiguration Configuration)
{
    public const string Section = "OrcaTraining";

    /// <summary>Its full path; empty for a configuration that is not a section of another.</summary>
    public string Path => (Configuration as IConfigurationSection)?.Path ?? "";

    /// <summary>The configuration that it is a section of; null where it is none.</summary>
    public IConfiguration? Whole { get; init; }

    /// <summary>Sections beside it whose names are its own but for a letter or two: nothing reads them.</summary>
    public IEnumerable<string> MisspeltSections => Whole?.GetChildren().Select(c => c.Key)
        .Where(key => Spelling.Distance(key, Section) is 1 or 2) ?? [];

    /// <summary>The path that the settings of several are told by.</summary>
    public static string RootOf(IEnumerable<SettingsSource> sources) => sources.LastOrDefault()?.Path is { Length: > 0 } path ? path : Section;

    /// <summary>What is wrong in it.</summary>
    // A whole configuration, in place of a section, holds the host's other settings too: these are not unknown ones.
    public IEnumerable<SettingFault> FaultsBy(SettingsKeys keys) => keys.FaultsIn(Configuration).Where(f => Path.Length > 0 || !f.IsUnknown);

    /// <summary>
    /// Binds one of its sections to options. Values that cannot be read are left out: <see cref="SettingsCheck"/> tells all of them at once, while
    /// the binder would throw at the first.
    /// </summary>
    /// <exception cref="OptionsValidationException">What binds does not take a value.</exception>
    public void BindTo<TOptions>(string section, string name, TOptions options, SettingsKeys keys, Action<IConfiguration, TOptions> bind)
    {
        var from = section.Length == 0 ? Configuration : Configuration.GetSection(section);
        var unreadable = keys.FaultsIn(from).Where(f => !f.IsUnknown).Select(f => f.Path).ToHashSet(StringComparer.OrdinalIgnoreCase);
        try
        {
            bind(unreadable.Count == 0 ? from : Without(from, unreadable), options);
        }
        catch (InvalidOperationException e)
        {
            throw new OptionsValidationException(name, typeof(TOptions), [e.Message]);
        }
    }

    private static IConfigurationRoot Without(IConfiguration from, HashSet<string> unreadable)
    {
        var prefix = from is IConfigurationSection { Path: var path } ? path + ConfigurationPath.KeyDelimiter : "";
        return new ConfigurationBuilder()
            .AddInMemoryCollection(from.AsEnumerable(makePathsRelative: true).Where(s => !IsIn(prefix + s.Key)))
            .Build();

        bool IsIn(string setting) =>
            unreadable.Contains(setting) || unreadable.Any(u => setting.StartsWith(u + ConfigurationPath.KeyDelimiter, StringComparison.OrdinalIgnoreCase));
    }
}

/// <summary>What a package reads below the service's section.</summary>
/// <param name="Path">Where, below that section; empty for the section itself.</param>
/// <param name="Keys">The keys that mean something there.</param>
internal sealed record SettingsPart(string Path, SettingsKeys Keys);
