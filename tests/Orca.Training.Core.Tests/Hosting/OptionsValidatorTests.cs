using Microsoft.Extensions.Options;

namespace Orca.Training.Tests.Hosting;

/// <summary>What a wrong setting is told when the host starts.</summary>
public sealed class OptionsValidatorTests
{
    [Fact]
    public void The_defaults_are_right()
    {
        Assert.Same(ValidateOptionsResult.Success, Validate(_ => { }));
        Assert.True(Validate(o => o.AddAlgorithm("a", "image")).Succeeded);
        Assert.True(Validate(o => o.StopGrace = TimeSpan.Zero).Succeeded);
        Assert.True(Validate(o => o.LaunchTimeout = TimeSpan.FromDays(30)).Succeeded);
        Assert.True(Validate(o => o.Limits.Parameters = 0).Succeeded);
    }

    public static TheoryData<string, Action<OrcaTrainingOptions>> Wrong => new()
    {
        { "ReconcilePeriod is 00:00:00: give a time above zero.", o => o.ReconcilePeriod = TimeSpan.Zero },
        { "LaunchTimeout is -00:00:01: give a time above zero.", o => o.LaunchTimeout = TimeSpan.FromSeconds(-1) },
        { "LeaseDuration is 00:00:00: give a time above zero.", o => o.LeaseDuration = TimeSpan.Zero },
        { "StopGrace is -00:00:01: give zero or more.", o => o.StopGrace = TimeSpan.FromSeconds(-1) },
        { "ReconcilePeriod is 31.00:00:00: give at most 30 days.", o => o.ReconcilePeriod = TimeSpan.FromDays(31) },
        { "LaunchTimeout is 10675199.02:48:05.4775807: give at most 30 days.", o => o.LaunchTimeout = TimeSpan.MaxValue },
        { "LeaseDuration is 31.00:00:00: give at most 30 days.", o => o.LeaseDuration = TimeSpan.FromDays(31) },
        { "StopGrace is 31.00:00:00: give at most 30 days.", o => o.StopGrace = TimeSpan.FromDays(31) },
        { "DataFolder is empty: give a folder, such as 'orca-data'.", o => o.DataFolder = " " },
        { "DataFolder is empty: give a folder, such as 'orca-data'.", o => o.DataFolder = null! },
        { "ApplicationName is empty: give a name, or leave it unset.", o => o.ApplicationName = "" },
        { "MaxLogMiB is 0: give at least 1.", o => o.MaxLogMiB = 0 },
        { "Limits.NameLength is 0: give at least 1.", o => o.Limits.NameLength = 0 },
        { "Limits.ParameterNameLength is -5: give at least 1.", o => o.Limits.ParameterNameLength = -5 },
        { "Limits.Parameters is -1: give at least 0.", o => o.Limits.Parameters = -1 },
        { "Limits.ParameterValueLength is -1: give at least 0.", o => o.Limits.ParameterValueLength = -1 },
        { "Limits.Labels is -1: give at least 0.", o => o.Limits.Labels = -1 },
        { "Limits.LabelLength is 0: give at least 1.", o => o.Limits.LabelLength = 0 },
        { "Algorithms['a'].Image is empty: give the image that trains.", o => o.AddAlgorithm("a", " ") },
        { "Algorithms['a'].Cpus is 0: give a number above 0.", o => o.AddAlgorithm("a", "i", a => a.Cpus = 0) },
        { "Algorithms['a'].Cpus is NaN: give a number above 0.", o => o.AddAlgorithm("a", "i", a => a.Cpus = double.NaN) },
        { "Algorithms['a'].Cpus is Infinity: give a number above 0.", o => o.AddAlgorithm("a", "i", a => a.Cpus = double.PositiveInfinity) },
        { "Algorithms['a'].Cpus is -0.5: give a number above 0.", o => o.AddAlgorithm("a", "i", a => a.Cpus = -0.5) },
        { "Algorithms['a'].MemoryMiB is 5: give at least 6, the least that an engine takes.", o => o.AddAlgorithm("a", "i", a => a.MemoryMiB = 5) },
        { "Algorithms['a'].Gpus is -1: give 0 or more.", o => o.AddAlgorithm("a", "i", a => a.Gpus = -1) },
        { "Algorithms['a'].Parameters['path'] is a reserved name: give another.", o => o.AddAlgorithm("a", "i", a => a.Parameters["path"] = "x") },
    };

    [Theory]
    [MemberData(nameof(Wrong), DisableDiscoveryEnumeration = true)]
    public void A_setting_that_is_wrong_is_named_with_what_was_found_and_what_would_be_right(string message, Action<OrcaTrainingOptions> change)
    {
        var result = Validate(change);

        Assert.Equal([$"OrcaTraining: {message}"], result.Failures ?? []);
    }

    [Fact]
    public void All_that_is_wrong_is_said_at_once()
    {
        var result = Validate(o =>
        {
            o.ReconcilePeriod = TimeSpan.Zero;
            o.DataFolder = "";
            o.AddAlgorithm("a", "", a => a.Gpus = -1).AddAlgorithm("b", "");
        });

        Assert.Equal(5, result.Failures!.Count());
    }

    private static ValidateOptionsResult Validate(Action<OrcaTrainingOptions> change)
    {
        var options = new OrcaTrainingOptions();
        change(options);
        return new OptionsValidator().Validate(null, options);
    }
}
