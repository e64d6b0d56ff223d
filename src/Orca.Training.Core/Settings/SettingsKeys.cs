using System.Collections;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Configuration;

namespace Orca.Training.Settings;

/// <summary>The keys that a section of the configuration may hold, as a tree. Names are compared as configuration does, without case.</summary>
internal sealed class SettingsKeys
{
    private readonly SortedDictionary<string, SettingsKeys> _named = new(StringComparer.OrdinalIgnoreCase);

    // Of a single value, a list or a dictionary of values; what is below it, is checked no further.
    private Type? _value;
    private SettingsKeys? _eachName;

    /// <summary>The properties of an options type, but for those that only code can set; what lies below them is free.</summary>
    public static SettingsKeys Of([DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] Type options)
    {
        var keys = new SettingsKeys();
        foreach (var property in options.GetProperties())
        {
            if (!property.PropertyType.IsAssignableTo(typeof(Delegate)) && (property.CanWrite || property.PropertyType.IsAssignableTo(typeof(IEnumerable))))
            {
                keys._named[property.Name] = new SettingsKeys { _value = property.PropertyType };
            }
        }

        return keys;
    }

    /// <summary>A property that holds options of its own.</summary>
    public SettingsKeys With(string name, SettingsKeys keys)
    {
        _named[name] = keys;
        return this;
    }

    /// <summary>A property that holds options of its own under each name.</summary>
    public SettingsKeys WithEach(string name, SettingsKeys keys) => With(name, new SettingsKeys { _eachName = keys });

    /// <summary>Adds what a section below this one may hold, to what it may hold already.</summary>
    public void Add(string path, SettingsKeys keys)
    {
        var at = this;
        foreach (var part in path.Split(ConfigurationPath.KeyDelimiter, StringSplitOptions.RemoveEmptyEntries))
        {
            if (!at._named.TryGetValue(part, out var below))
            {
                at._named[part] = below = new SettingsKeys();
            }

            at = below;
        }

        at._value = null;
        foreach (var (name, below) in keys._named)
        {
            at._named[name] = below;
        }
    }

    /// <summary>What is wrong in a section: keys that mean nothing, and values that are none of their setting's type.</summary>
    public IEnumerable<SettingFault> FaultsIn(IConfiguration section)
    {
        foreach (var child in section.GetChildren())
        {
            if ((_named.GetValueOrDefault(child.Key) ?? _eachName) is not { } known)
            {
                yield return SettingFault.Unknown(child.Path, Remedy(child));
            }
            else if (known._value is { } type)
            {
                if (SettingValue.FaultOf(type, child) is { } fault)
                {
                    yield return fault;
                }
            }
            else if (child.Value is { Length: > 0 } && !child.GetChildren().Any())
            {
                yield return new SettingFault(child.Path, SettingValue.Single, $"give a section with {known.Names}.");
            }
            else
            {
                foreach (var below in known.FaultsIn(child))
                {
                    yield return below;
                }
            }
        }
    }

    private string Names => _named.Count == 0 ? "a section for each name" : string.Join(", ", _named.Keys);

    private string Remedy(IConfigurationSection unknown)
    {
        var parent = unknown.Path[..^unknown.Key.Length];
        return Spelling.Nearest(unknown.Key, _named.Keys) is { } nearest
            ? $"did you mean {parent}{nearest}?"
            : $"below {parent.TrimEnd(':')} there can be {(_named.Count == 0 ? "nothing" : Names)}. A package's own settings are known once its Use…() is called.";
    }
}
