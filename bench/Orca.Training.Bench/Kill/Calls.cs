using Orca.Training.Jobs;

namespace Orca.Training.Bench.Kill;

/// <summary>The names of a host's calls to the outside.</summary>
internal static class Calls
{
    public const string Lease = "lease";
    public const string ReadOpen = "read-open-jobs";
    public const string Describe = "describe";
    public const string Start = "start";
    public const string List = "list";
    public const string Watch = "watch";
    public const string ReadOutput = "read-output";
    public const string Fetch = "fetch";
    public const string Stop = "stop";
    public const string Remove = "remove";
    public const string Prepare = "prepare";
    public const string Collect = "collect";

    /// <summary>A commit is named by the command that it holds.</summary>
    public static string Commit(JobCommand command) => Commit(command.GetType());

    /// <summary>Those that a steady load makes again and again. What happens only now and then is met by kills at random moments.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        Commit(typeof(JobCommand.Submit)),
        Commit(typeof(JobCommand.RequestCancel)),
        Commit(typeof(JobCommand.BeginAttempt)),
        Commit(typeof(JobCommand.BeginRunning)),
        Commit(typeof(JobCommand.RecordProgress)),
        Commit(typeof(JobCommand.Defer)),
        Commit(typeof(JobCommand.Publish)),
        Commit(typeof(JobCommand.FinishAttempt)),
        Commit(typeof(JobCommand.Retry)),
        Commit(typeof(JobCommand.FinishQueued)),
        Lease, ReadOpen, Describe, Start, List, Watch, ReadOutput, Fetch, Stop, Remove, Prepare, Collect,
    ];

    /// <summary>At which pass a host is killed at the latest: what comes once in a host's life, or seldom, must not be waited for in vain.</summary>
    public static int MostPasses(string call) => call switch
    {
        Describe or Watch or ReadOpen or Stop => 1,
        Lease or List or Fetch => 2,
        _ when call == Commit(typeof(JobCommand.RequestCancel)) || call == Commit(typeof(JobCommand.FinishQueued)) || call == Commit(typeof(JobCommand.Defer)) || call == Commit(typeof(JobCommand.Retry)) => 1,
        _ => 3,
    };

    private static string Commit(Type command) => $"commit-{command.Name}";
}
