using Microsoft.Extensions.Options;
using Orca.Training.Jobs.Storage.Memory;

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

    private const string Time = "give a time above zero and up to 30 days.";
    private const string Keep = "give 'last', 'best', 'every N' with a number from 1, or several of them with commas.";
    private const string Limit = "give a time above zero and up to 365.00:00:00, which is Limits:LongestTime, or leave it out.";
    private const string TimeOrZero = "give a time from zero up to 30 days.";

    public static TheoryData<string, Action<OrcaTrainingOptions>> Wrong => new()
    {
        { $"OrcaTraining:ReconcilePeriod is 00:00:00: {Time}", o => o.ReconcilePeriod = TimeSpan.Zero },
        { $"OrcaTraining:ReconcilePeriod is 31.00:00:00: {Time}", o => o.ReconcilePeriod = TimeSpan.FromDays(31) },
        { $"OrcaTraining:LaunchTimeout is 00:00:00: {Time}", o => o.LaunchTimeout = TimeSpan.Zero },
        { $"OrcaTraining:LaunchTimeout is 31.00:00:00: {Time}", o => o.LaunchTimeout = TimeSpan.FromDays(31) },
        { $"OrcaTraining:LeaseDuration is 00:00:00: {Time}", o => o.LeaseDuration = TimeSpan.Zero },
        { $"OrcaTraining:LeaseDuration is 31.00:00:00: {Time}", o => o.LeaseDuration = TimeSpan.FromDays(31) },
        { $"OrcaTraining:LaunchTimeout is 10675199.02:48:05.4775807: {Time}", o => o.LaunchTimeout = TimeSpan.MaxValue },
        { $"OrcaTraining:StopGrace is -00:00:01: {TimeOrZero}", o => o.StopGrace = TimeSpan.FromSeconds(-1) },
        { $"OrcaTraining:StopGrace is 31.00:00:00: {TimeOrZero}", o => o.StopGrace = TimeSpan.FromDays(31) },
        { "OrcaTraining:DataFolder is ' ': give a folder, such as 'orca-data'.", o => o.DataFolder = " " },
        { "OrcaTraining:DataFolder is 'null': give a folder, such as 'orca-data'.", o => o.DataFolder = null! },
        { "OrcaTraining:DataFolder is 'a\uFFFDb': give a folder, such as 'orca-data'.", o => o.DataFolder = "a\0b" },
        { "OrcaTraining:ApplicationName is '': give a name of printable text, or leave it unset for the host's own.", o => o.ApplicationName = "" },
        { "OrcaTraining:ApplicationName is 'a\uFFFDb': give a name of printable text, or leave it unset for the host's own.", o => o.ApplicationName = "a\nb" },
        { "OrcaTraining:Disk:StopBelowMiB is 1025, and Disk:KeepFreeMiB 1024: give at most KeepFreeMiB, because new starts must stop before running trainings are stopped.", o => o.Disk.StopBelowMiB = 1025 },
        { "OrcaTraining:MaxLogMiB is 0: give at least 1.", o => o.MaxLogMiB = 0 },
        { "OrcaTraining:Limits:NameLength is 0: give at least 1.", o => o.Limits.NameLength = 0 },
        { "OrcaTraining:Limits:ParameterNameLength is -5: give at least 1.", o => o.Limits.ParameterNameLength = -5 },
        { "OrcaTraining:Limits:Parameters is -1: give at least 0.", o => o.Limits.Parameters = -1 },
        { "OrcaTraining:Limits:ParameterValueLength is -1: give at least 0.", o => o.Limits.ParameterValueLength = -1 },
        { "OrcaTraining:Limits:Labels is -1: give at least 0.", o => o.Limits.Labels = -1 },
        { "OrcaTraining:Limits:LabelLength is 0: give at least 1.", o => o.Limits.LabelLength = 0 },
        { "OrcaTraining:Limits:KeyLength is 0: give at least 1.", o => o.Limits.KeyLength = 0 },
        { "OrcaTraining:Limits:Dependencies is -1: give at least 0.", o => o.Limits.Dependencies = -1 },
        { "OrcaTraining:Limits:Retries is -1: give at least 0.", o => o.Limits.Retries = -1 },
        { "OrcaTraining:Limits:DatasetFiles is 0: give at least 1.", o => o.Limits.DatasetFiles = 0 },
        { "OrcaTraining:Limits:DatasetMiB is 0: give at least 1.", o => o.Limits.DatasetMiB = 0 },
        { "OrcaTraining:Limits:Uploads is 0: give at least 1.", o => o.Limits.Uploads = 0 },
        { "OrcaTraining:Limits:UploadsOfCaller is 0: give at least 1.", o => o.Limits.UploadsOfCaller = 0 },
        { "OrcaTraining:Limits:UploadIdle is 00:00:00: give a time above zero and up to 30 days.", o => o.Limits.UploadIdle = TimeSpan.Zero },
        { "OrcaTraining:Limits:UploadTime is 00:00:00: give a time above zero and up to 30 days.", o => o.Limits.UploadTime = TimeSpan.Zero },
        { "OrcaTraining:Limits:LongestTime is 00:00:00: give a time above zero and up to 3650 days.", o => o.Limits.LongestTime = TimeSpan.Zero },
        { "OrcaTraining:Limits:LongestTime is 3651.00:00:00: give a time above zero and up to 3650 days.", o => o.Limits.LongestTime = TimeSpan.FromDays(3651) },
        { "OrcaTraining:Retention:KeepRunsFor is -00:00:01: give zero or a longer time, or leave it unset to keep them without limit.", o => o.Retention.KeepRunsFor = TimeSpan.FromSeconds(-1) },
        { "OrcaTraining:Retention:KeepJobsFor is -00:00:01: give zero or a longer time, or leave it unset to keep them without limit.", o => o.Retention.KeepJobsFor = TimeSpan.FromSeconds(-1) },
        { "OrcaTraining:Retention:KeepJobs is -1: give at least 0, or leave it unset for all.", o => o.Retention.KeepJobs = -1 },
        { $"OrcaTraining:Retention:KeepContainersFor is 31.00:00:00: {TimeOrZero}", o => o.Retention.KeepContainersFor = TimeSpan.FromDays(31) },
        { "OrcaTraining:Leavings:MaxMiB is 0: give at least 1.", o => o.Leavings.MaxMiB = 0 },
        { "OrcaTraining:Leavings:MaxEntries is 0: give at least 1.", o => o.Leavings.MaxEntries = 0 },
        { "OrcaTraining:Leavings:MaxDepth is 129: give 1 to 128.", o => o.Leavings.MaxDepth = 129 },
        { "OrcaTraining:Leavings:MaxNameBytes is 769: give 1 to 768, which every store can hold.", o => o.Leavings.MaxNameBytes = 769 },
        { $"OrcaTraining:Leavings:LongestTime is 00:00:00: {Time}", o => o.Leavings.LongestTime = TimeSpan.Zero },
        { $"OrcaTraining:Retention:Period is 00:00:00: {Time}", o => o.Retention.Period = TimeSpan.Zero },
        { "OrcaTraining:Algorithms has the name '': give one of 1 to 128 printable characters.", o => o.AddAlgorithm("", "i") },
        { "OrcaTraining:Algorithms has the name 'a\uFFFDb': give one of 1 to 128 printable characters.", o => o.AddAlgorithm("a\nb", "i") },
        { "OrcaTraining:Algorithms has the name 'abc': give one of 1 to 2 printable characters.", o => o.AddAlgorithm("abc", "i").Limits.NameLength = 2 },
        { "OrcaTraining:Algorithms:a is null: give its settings, or leave it out.", o => o.Algorithms["a"] = null! },
        { "OrcaTraining:Algorithms:a:Image is ' ': give the image of the training.", o => o.AddAlgorithm("a", " ") },
        { "OrcaTraining:Algorithms:a:Cpus is 0: give a number above 0.", o => o.AddAlgorithm("a", "i", a => a.Cpus = 0) },
        { "OrcaTraining:Algorithms:a:Cpus is NaN: give a number above 0.", o => o.AddAlgorithm("a", "i", a => a.Cpus = double.NaN) },
        { "OrcaTraining:Algorithms:a:Cpus is Infinity: give a number above 0.", o => o.AddAlgorithm("a", "i", a => a.Cpus = double.PositiveInfinity) },
        { "OrcaTraining:Algorithms:a:Cpus is -0.5: give a number above 0.", o => o.AddAlgorithm("a", "i", a => a.Cpus = -0.5) },
        { "OrcaTraining:Algorithms:a:MemoryMiB is 5: give at least 6, the minimum of an engine.", o => o.AddAlgorithm("a", "i", a => a.MemoryMiB = 5) },
        { "OrcaTraining:Algorithms:a:Gpus is -1: give at least 0.", o => o.AddAlgorithm("a", "i", a => a.Gpus = -1) },
        { "OrcaTraining:Algorithms:a:Command:1 is 'x\uFFFD': give text without NUL characters.", o => o.AddAlgorithm("a", "i", a => { a.Command.Add("train"); a.Command.Add("x\0"); }) },
        { "OrcaTraining:Algorithms:a:Command:0 is 'null': give text without NUL characters.", o => o.AddAlgorithm("a", "i", a => a.Command.Add(null!)) },
        { "OrcaTraining:Algorithms:a:Parameters:path has a reserved name, which would change how the container works: use another name.", o => o.AddAlgorithm("a", "i", a => a.Parameters["path"] = "x") },
        { "OrcaTraining:Algorithms:a:Parameters:1-LR becomes an environment variable: give it a name of letters, digits and '_' that does not start with a digit.", o => o.AddAlgorithm("a", "i", a => a.Parameters["1-LR"] = "x") },
        { "OrcaTraining:Algorithms:a:Parameters:LR is '1\uFFFD': give text without NUL characters.", o => o.AddAlgorithm("a", "i", a => a.Parameters["LR"] = "1\0") },
        { "OrcaTraining:Algorithms:a:Parameters:LR is 'null': give text without NUL characters.", o => o.AddAlgorithm("a", "i", a => a.Parameters["LR"] = null!) },
        { $"OrcaTraining:Algorithms:a:CheckpointKeep is 'every 0': {Keep}", o => o.AddAlgorithm("a", "i", a => a.CheckpointKeep = "every 0") },
        { $"OrcaTraining:Algorithms:a:CheckpointKeep is 'last best': {Keep}", o => o.AddAlgorithm("a", "i", a => a.CheckpointKeep = "last best") },
        { $"OrcaTraining:Algorithms:a:CheckpointKeep is 'last,': {Keep}", o => o.AddAlgorithm("a", "i", a => a.CheckpointKeep = "last,") },
        { $"OrcaTraining:Algorithms:a:Timeouts:Queued is 00:00:00: {Limit}", o => o.AddAlgorithm("a", "i", a => a.Timeouts.Queued = TimeSpan.Zero) },
        { $"OrcaTraining:Algorithms:a:Timeouts:Launching is -00:00:01: {Limit}", o => o.AddAlgorithm("a", "i", a => a.Timeouts.Launching = TimeSpan.FromSeconds(-1)) },
        { $"OrcaTraining:Algorithms:a:Timeouts:Running is 366.00:00:00: {Limit}", o => o.AddAlgorithm("a", "i", a => a.Timeouts.Running = TimeSpan.FromDays(366)) },
        { $"OrcaTraining:Algorithms:a:Timeouts:NoProgress is 00:00:00: {Limit}", o => o.AddAlgorithm("a", "i", a => a.Timeouts.NoProgress = TimeSpan.Zero) },
        { "OrcaTraining:Algorithms:a:Retries:MaxRetries is -1: give 0 to 100, which is Limits:Retries.", o => o.AddAlgorithm("a", "i", a => a.Retries.MaxRetries = -1) },
        { "OrcaTraining:Algorithms:a:Retries:MaxRetries is 101: give 0 to 100, which is Limits:Retries.", o => o.AddAlgorithm("a", "i", a => a.Retries.MaxRetries = 101) },
        { "OrcaTraining:Algorithms:a:Retries:On:1 is 'x\uFFFD'. It is not an outcome: give letters and digits, at most 64, such as NonZeroExit.", o => o.AddAlgorithm("a", "i", a => { a.Retries.On.Add("Lost"); a.Retries.On.Add("x\n"); }) },
        { "OrcaTraining:Algorithms:a:Retries:On:0 is 'ImageNotFound'. ImageNotFound is never retried, because another attempt would fail in the same way: leave it out.", o => o.AddAlgorithm("a", "i", a => a.Retries.On.Add("ImageNotFound")) },
        { "OrcaTraining:Algorithms:a:Retries:FirstPause is -00:00:01: give a time from zero up to 365.00:00:00, which is Limits:LongestTime.", o => o.AddAlgorithm("a", "i", a => a.Retries.FirstPause = TimeSpan.FromSeconds(-1)) },
        { "OrcaTraining:Algorithms:a:Retries:LongestPause is 00:00:09: give a time from 00:00:10, which is FirstPause, up to 365.00:00:00, which is Limits:LongestTime.", o => o.AddAlgorithm("a", "i", a => a.Retries.LongestPause = TimeSpan.FromSeconds(9)) },
        { "OrcaTraining:Algorithms:a:Pull is 7: give IfMissing, Always, Never, or leave it out.", o => o.AddAlgorithm("a", "i", a => a.Pull = (ImagePullPolicy)7) },
        { "OrcaTraining:Algorithms:a:Registry has a user without a password: give both.", o => o.AddAlgorithm("a", "i", a => a.Registry = new() { User = "robot" }) },
        { "OrcaTraining:Algorithms:a:Registry has a password without a user: give both.", o => o.AddAlgorithm("a", "i", a => a.Registry = new() { Password = "x" }) },
        { "OrcaTraining:Algorithms:a:Registry has an identity token and a user or password too: give one of them.", o => o.AddAlgorithm("a", "i", a => a.Registry = new() { User = "robot", IdentityToken = "x" }) },
        { "OrcaTraining:Algorithms:a:Registry has neither a user and password nor an identity token: give one of them, or leave the credentials out.", o => o.AddAlgorithm("a", "i", a => a.Registry = new()) },
    };

    [Theory]
    [MemberData(nameof(Wrong), DisableDiscoveryEnumeration = true)]
    public void A_setting_that_is_wrong_is_named_with_what_was_found_and_what_would_be_right(string message, Action<OrcaTrainingOptions> change)
    {
        var result = Validate(change);

        Assert.Equal([message], result.Failures ?? []);
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

    [Fact]
    public void A_section_of_another_name_is_named_as_it_is()
    {
        var result = new OptionsValidator("Jobs:Training").Validate(null, new OrcaTrainingOptions { ReconcilePeriod = TimeSpan.Zero });

        Assert.StartsWith("Jobs:Training:ReconcilePeriod is 00:00:00", Assert.Single(result.Failures!), StringComparison.Ordinal);
    }

    [Fact]
    public void The_memory_store_s_settings_are_checked_too()
    {
        var validator = new MemoryJobStoreOptionsValidator();

        Assert.True(validator.Validate(null, new MemoryJobStoreOptions { KeepFinished = 0 }).Succeeded);
        Assert.Equal(
            [
                "OrcaTraining:MemoryJobStore:KeepFinished is -1: give at least 0.",
                "OrcaTraining:MemoryJobStore:KeepChanges is 0: give at least 1.",
                "OrcaTraining:MemoryJobStore:KeepRevisions is 0: give at least 1.",
            ],
            validator.Validate(null, new MemoryJobStoreOptions { KeepFinished = -1, KeepChanges = 0, KeepRevisions = 0 }).Failures!);
    }

    private static ValidateOptionsResult Validate(Action<OrcaTrainingOptions> change)
    {
        var options = new OrcaTrainingOptions();
        change(options);
        return new OptionsValidator("").Validate(null, options);
    }
}
