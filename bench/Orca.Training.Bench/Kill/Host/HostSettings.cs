using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orca.Training.Bench.Kill.Host;

/// <summary>What a host is and where it is to be killed; handed to its process as an argument.</summary>
internal sealed record HostSettings
{
    /// <summary>The application's name, by which its containers are told from all others.</summary>
    public required string Application { get; init; }

    /// <summary>Where its data lie, and the database file if that is one.</summary>
    public required string Folder { get; init; }

    /// <summary>A PostgreSQL server, or null for SQLite.</summary>
    public string? ConnectionString { get; init; }

    /// <summary>The installation's schema there.</summary>
    public string Schema { get; init; } = "orca";

    /// <summary>The socket of a machine in a process of its own, or null for the real engine.</summary>
    public string? Machine { get; init; }

    public bool CopiesFolders { get; init; }

    /// <summary>How many trainings at a time.</summary>
    public int AtOnce { get; init; } = 8;

    /// <summary>Null for the default.</summary>
    public TimeSpan? LeaseDuration { get; init; }

    public TimeSpan StopGrace { get; init; } = TimeSpan.FromMilliseconds(300);

    public TimeSpan ReconcilePeriod { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Where it kills itself, as <see cref="Boundary.Parse"/> reads it; null for nowhere.</summary>
    public string? KillAt { get; init; }

    /// <summary>At which pass there.</summary>
    public int KillCount { get; init; } = 1;

    public string ToArgument() => JsonSerializer.Serialize(this, HostSettingsJson.Default.HostSettings);

    public static HostSettings Parse(string argument) => JsonSerializer.Deserialize(argument, HostSettingsJson.Default.HostSettings)!;
}

[JsonSerializable(typeof(HostSettings))]
internal sealed partial class HostSettingsJson : JsonSerializerContext;
