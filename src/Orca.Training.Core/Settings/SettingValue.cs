using System.Collections;
using System.ComponentModel;
using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using static System.FormattableString;

namespace Orca.Training.Settings;

/// <summary>Whether a text of the configuration can be a setting of its type, by the rules of .NET's configuration binder.</summary>
internal static partial class SettingValue
{
    private const string Times = "give hours:minutes:seconds, such as 00:00:30, with days in front if needed, such as 2.00:00:00";

    /// <summary>What is found where a section or a list belongs. The value stays unsaid: it may be a secret.</summary>
    public const string Single = "a single value";

    /// <summary>What is wrong with the setting, with what would be right; null if it can be read.</summary>
    public static SettingFault? FaultOf(Type type, IConfigurationSection setting)
    {
        var kind = Nullable.GetUnderlyingType(type) ?? type;
        var hasChildren = setting.GetChildren().Any();
        if (setting.Value is not { } value)
        {
            return hasChildren && IsSingle(kind) ? new SettingFault(setting.Path, "a section", "give one value.") : null;
        }

        if (kind.IsAssignableTo(typeof(IEnumerable)) && kind != typeof(string))
        {
            return value.Length == 0 || hasChildren ? null : new SettingFault(setting.Path, Single, Several(kind, setting));
        }

        return (value.Length == 0 && kind != type) || Remedy(kind, setting.Key, value) is not { } remedy ? null : new SettingFault(setting.Path, $"'{value}'", remedy);
    }

    private static bool IsSingle(Type kind) => kind.IsPrimitive || kind.IsEnum || kind == typeof(string) || kind == typeof(TimeSpan) || kind == typeof(Uri);

    private static string Several(Type kind, IConfigurationSection setting) => kind.IsAssignableTo(typeof(IDictionary<string, string>))
        ? $"give a section with a value for each name, such as {setting.Path}:NAME."
        : $"give a list. In JSON that is [\"VALUE\"], in an environment variable {setting.Path.Replace(":", "__", StringComparison.Ordinal)}__0.";

    private static string? Remedy(Type kind, string name, string value)
    {
        if (kind == typeof(TimeSpan))
        {
            return OfTime(value);
        }

        if (kind == typeof(bool))
        {
            return bool.TryParse(value, out _) ? null : "give true or false.";
        }

        if (kind == typeof(int))
        {
            return CanConvert(new Int32Converter(), value) ? null : OfNumber(name, value);
        }

        if (kind == typeof(double))
        {
            return CanConvert(new DoubleConverter(), value) ? null : "give a number, such as 0.5.";
        }

        if (kind == typeof(Uri))
        {
            return Uri.TryCreate(value, UriKind.RelativeOrAbsolute, out _) ? null : "give an address, such as http://localhost:9000.";
        }

        return kind.IsEnum ? OfNames(kind, value) : null;
    }

    private static string? OfTime(string value)
    {
        if (value.All(char.IsAsciiDigit) && value.Any(c => c != '0'))
        {
            return $"{Times}. A number alone would be days.";
        }

        if (CanConvert(new TimeSpanConverter(), value))
        {
            return null;
        }

        return WithUnit().Match(value) is { Success: true } match && TimeOf(match) is { } meant
            ? Invariant($"write {meant:c}, which is hours:minutes:seconds.")
            : $"{Times}.";
    }

    private static TimeSpan? TimeOf(Match match)
    {
        var unit = match.Groups[2].Value.ToUpperInvariant() switch
        {
            "MS" => TimeSpan.FromMilliseconds(1),
            "S" or "SEC" => TimeSpan.FromSeconds(1),
            "M" or "MIN" => TimeSpan.FromMinutes(1),
            "H" => TimeSpan.FromHours(1),
            "D" => TimeSpan.FromDays(1),
            _ => default,
        };
        var meant = unit.TotalDays * double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);
        return unit > TimeSpan.Zero && meant < 100_000 ? TimeSpan.FromMilliseconds(Math.Round(meant * 86_400_000)) : null;
    }

    private static string OfNumber(string name, string value)
    {
        if (!name.EndsWith("MiB", StringComparison.Ordinal))
        {
            return Invariant($"give a whole number of at most {int.MaxValue}.");
        }

        var factor = WithUnit().Match(value) is { Success: true } match ? match.Groups[2].Value.ToUpperInvariant() switch
        {
            "M" or "MB" or "MIB" => 1,
            "G" or "GB" or "GIB" => 1024,
            "T" or "TB" or "TIB" => 1024 * 1024,
            _ => 0,
        } : 0;
        var meant = factor == 0 ? 0 : factor * double.Parse(WithUnit().Match(value).Groups[1].Value, CultureInfo.InvariantCulture);
        return meant is >= 1 and <= int.MaxValue ? Invariant($"write {Math.Round(meant)}, a whole number of MiB.") : "give a whole number of MiB, such as 2048.";
    }

    private static string? OfNames(Type kind, string value)
    {
        if (Enum.TryParse(kind, value, ignoreCase: true, out var parsed) && Enum.IsDefined(kind, parsed))
        {
            return null;
        }

        var names = Enum.GetNames(kind);
        var all = string.Join(", ", names[..^1]) + (names.Length > 1 ? " or " : "") + names[^1];
        return Spelling.Nearest(value, names) is { } nearest ? $"did you mean {nearest}? Give {all}." : $"give {all}.";
    }

    private static bool CanConvert(TypeConverter converter, string value)
    {
        try
        {
            return converter.ConvertFromInvariantString(value) is not null;
        }
#pragma warning disable CA1031 // Converters throw what they like, and wrap it too.
        catch (Exception)
#pragma warning restore CA1031
        {
            return false;
        }
    }

    [GeneratedRegex(@"\A\s*([0-9]{1,9}(?:\.[0-9]{1,6})?)\s*([a-zA-Z]{1,3})\s*\z")]
    private static partial Regex WithUnit();
}
