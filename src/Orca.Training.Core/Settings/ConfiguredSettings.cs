using Microsoft.Extensions.Configuration;

namespace Orca.Training.Settings;

/// <summary>All that the configuration says about the service at one moment, as texts by full path.</summary>
internal sealed class ConfiguredSettings
{
    private readonly Dictionary<string, string> _values = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _reloading = new(StringComparer.OrdinalIgnoreCase);

    private ConfiguredSettings()
    {
    }

    /// <summary>The settings and sections of settings that are taken over while the host runs; all others are read when it starts.</summary>
    public static IReadOnlyList<string> ReloadingSections { get; } =
        [nameof(OrcaTrainingOptions.Algorithms), nameof(OrcaTrainingOptions.Limits), nameof(OrcaTrainingOptions.Pools), nameof(OrcaTrainingOptions.DefaultPool)];

    /// <summary>The keys that mean nothing, each with what would be right.</summary>
    public IReadOnlyDictionary<string, string> Unknown { get; private set; } = new Dictionary<string, string>();

    public static ConfiguredSettings Read(IEnumerable<SettingsSource> sources, SettingsKeys keys)
    {
        var read = new ConfiguredSettings();
        var unknown = new SortedDictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var source in sources)
        {
            read.Take(source);
            foreach (var fault in source.FaultsBy(keys).Where(f => f.IsUnknown))
            {
                unknown[fault.Path] = fault.Remedy;
            }
        }

        read.Unknown = unknown;
        return read;
    }

    /// <summary>Whether a key means nothing, or lies below one that means nothing.</summary>
    public bool IsUnknown(string path) => Unknown.ContainsKey(path)
        || Unknown.Keys.Any(u => path.StartsWith(u + ConfigurationPath.KeyDelimiter, StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether a key is among those that are taken over while the host runs.</summary>
    public bool Reloads(string path) => _reloading.Contains(path);

    /// <summary>The keys whose values are not those of another moment, in order.</summary>
    public IEnumerable<string> ChangedSince(ConfiguredSettings before) => _values.Keys.Union(before._values.Keys, StringComparer.OrdinalIgnoreCase)
        .Where(key => _values.GetValueOrDefault(key) != before._values.GetValueOrDefault(key))
        .Order(StringComparer.OrdinalIgnoreCase);

    private void Take(SettingsSource source)
    {
        foreach (var (key, value) in source.Configuration.AsEnumerable(makePathsRelative: true))
        {
            if (value is not null)
            {
                var path = source.Path.Length == 0 ? key : ConfigurationPath.Combine(source.Path, key);
                _values[path] = value;
                if (ReloadingSections.Any(s => (key + ConfigurationPath.KeyDelimiter).StartsWith(s + ConfigurationPath.KeyDelimiter, StringComparison.OrdinalIgnoreCase)))
                {
                    _reloading.Add(path);
                }
            }
        }
    }
}
