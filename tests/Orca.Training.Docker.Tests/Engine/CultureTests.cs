using System.Globalization;
using Orca.Training.Jobs;
using Orca.Training.Machines;
using Resources = Orca.Training.Scheduling.Capacity.Resources;

namespace Orca.Training.Docker.Tests.Engine;

/// <summary>A host whose culture writes one half as "0,5" and dates in its own way.</summary>
public sealed class CultureTests : EngineTest
{
    public CultureTests(DockerEngine engine)
        : base(engine)
    {
        // Made by hand: the tests run without the system's cultures. It goes with the test, whose context it is set in.
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        culture.NumberFormat.NumberDecimalSeparator = ",";
        culture.NumberFormat.NegativeSign = "−";
        culture.DateTimeFormat.DateSeparator = ".";
        culture.DateTimeFormat.TimeSeparator = ".";
        CultureInfo.CurrentCulture = culture;
    }

    [Fact]
    public async Task Numbers_and_times_reach_the_engine_and_come_back_as_everywhere()
    {
        Assert.Equal("0,5", $"{0.5}");
        var spec = Script("echo one; sleep 0.2; echo two; exit 3") with { Limits = new Resources(0.5, 64 << 20) };
        var end = await RunAsync(spec);

        Assert.Equal(3, end.ExitCode);
        Assert.Equal(end, await ListedAsync(spec));
        Assert.Equal(500_000_000, (await Engine.InspectAsync(spec.Name.ContainerOf(0)))!.HostConfig!.NanoCPUs);
        var lines = await OutputAsync(spec);
        Assert.Equal(["one", "two"], lines.Select(l => l.Text));
        Assert.Equal("two", Assert.Single(await OutputAsync(spec, new OutputPosition(lines[0].Timestamp, 1))).Text);
    }

    [Fact]
    public async Task Sentences_spell_numbers_as_everywhere()
    {
        await using var engine = new Faults.FakeEngine((_, _, token) => Faults.FakeEngine.Hang(token));
        using var runtime = NewRuntime(o => (o.Endpoint, o.CallTimeout) = (engine.Endpoint, TimeSpan.FromSeconds(0.5)));
        var exception = await Assert.ThrowsAsync<RuntimeUnavailableException>(() => runtime.DescribeAsync(Token));

        Assert.Contains("within 0.5 s", exception.Message, StringComparison.Ordinal);
    }
}
