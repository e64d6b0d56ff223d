using System.Diagnostics.Metrics;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orca.Training.Diagnostics;

namespace Orca.Training.Docs.Tests;

/// <summary>What is written about log and metrics is what the code says.</summary>
public sealed class DiagnosticsTests
{
    private const string Page = "docs/diagnostics.md";

    /// <summary>Each package's event ids.</summary>
    private static readonly Dictionary<string, Range> Ranges = new()
    {
        ["Orca.Training.Core"] = 1000..1099,
        ["Orca.Training.Docker"] = 2000..2099,
        ["Orca.Training.AspNetCore"] = 3000..3099,
        ["Orca.Training.Kubernetes"] = 4000..4099,
        ["Orca.Training.Sqlite"] = 5000..5099,
        ["Orca.Training.PostgreSql"] = 6000..6099,
        ["Orca.Training.Minio"] = 7000..7099,
    };

    private static IEnumerable<(string Package, LoggerMessageAttribute Message, string Name)> Events =>
        from assembly in Packages.Assemblies
        from type in assembly.GetTypes()
        from method in type.GetMethods(BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
        let message = method.GetCustomAttribute<LoggerMessageAttribute>()
        where message is not null
        orderby message.EventId
        select (assembly.GetName().Name!, message, method.Name);

    [Fact]
    public void The_table_of_events_is_what_the_code_logs() => GeneratedFile.CheckPart(
        Page,
        "events",
        "| id | event | level | message |\n| --- | --- | --- | --- |\n"
            + string.Concat(Events.Select(e => $"| {e.Message.EventId} | {e.Name} | {e.Message.Level} | {e.Message.Message.Replace("|", "\\|", StringComparison.Ordinal)} |\n")));

    [Fact]
    public void Event_ids_are_unique_and_of_their_package_s_range()
    {
        var events = Events.ToList();

        Assert.True(events.Count > 20, "the test looks in the wrong place");
        Assert.Empty(events.GroupBy(e => e.Message.EventId).Where(g => g.Count() > 1).Select(g => $"{g.Key} is {string.Join(" and ", g.Select(e => e.Name))}"));
        Assert.All(events, e => Assert.InRange(e.Message.EventId, Ranges[e.Package].Start.Value, Ranges[e.Package].End.Value));
    }

    [Fact]
    public void Names_in_messages_are_spelt_as_one_spells_properties() => Assert.All(Events, e => Assert.DoesNotMatch("\\{[^A-Z]", e.Message.Message));

    [Fact]
    public void The_table_of_instruments_is_what_the_meter_has()
    {
        // A factory of its own keeps its instruments apart from those of hosts that other tests make.
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var factory = services.GetRequiredService<IMeterFactory>();
        var instruments = new List<Instrument>();
        using var listener = new MeterListener { InstrumentPublished = (instrument, _) => instruments.Add(instrument) };
        listener.Start();
        using var metrics = new TrainingMetrics(factory);
        var ours = instruments.Where(i => ReferenceEquals(i.Meter.Scope, factory)).OrderBy(i => i.Name, StringComparer.Ordinal);

        GeneratedFile.CheckPart(
            Page,
            "instruments",
            "| instrument | kind | unit | what it measures |\n| --- | --- | --- | --- |\n"
                + string.Concat(ours.Select(i => $"| `{i.Name}` | {Kind(i)} | `{i.Unit}` | {i.Description} |\n")));
    }

    private static string Kind(Instrument instrument) => instrument.GetType().Name.Split('`')[0] switch
    {
        "ObservableUpDownCounter" => "observable up-down counter",
        var name => name.ToLowerInvariant(),
    };
}
