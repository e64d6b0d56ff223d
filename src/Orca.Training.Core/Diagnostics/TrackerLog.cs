using Microsoft.Extensions.Logging;
using Orca.Training.Jobs;

namespace Orca.Training.Diagnostics;

/// <summary>What the tracker tells operators. Event ids 1000 to 1099; they never change their meaning.</summary>
internal static partial class TrackerLog
{
    [LoggerMessage(1000, LogLevel.Information, "Deciding for installation {Installation} on {MachineCount} machines, lease term {Term}")]
    public static partial void Deciding(this ILogger logger, string installation, int machineCount, long term);

    [LoggerMessage(1001, LogLevel.Information, "Job {JobId} is queued: {Algorithm} on dataset {DatasetId}")]
    public static partial void JobQueued(this ILogger logger, JobId jobId, string algorithm, string datasetId);

    [LoggerMessage(1002, LogLevel.Information, "Job {JobId} finished as {State} ({Code}) with attempt {Attempt}")]
    public static partial void JobFinished(this ILogger logger, JobId jobId, JobState state, string? code, int attempt);

    [LoggerMessage(1003, LogLevel.Warning, "Lost the lease: another host is the decider now, or the store did not answer in time")]
    public static partial void LeaseLost(this ILogger logger);

    [LoggerMessage(1004, LogLevel.Information, "Job {JobId} is launching: attempt {Attempt} on machine {Machine}")]
    public static partial void JobLaunching(this ILogger logger, JobId jobId, int attempt, string machine);

    [LoggerMessage(1005, LogLevel.Information, "Job {JobId} is running: attempt {Attempt} on machine {Machine}")]
    public static partial void JobRunning(this ILogger logger, JobId jobId, int attempt, string machine);

    [LoggerMessage(1006, LogLevel.Information, "Job {JobId} is queued again: attempt {Attempt} was deferred: {Reason}")]
    public static partial void JobPutOff(this ILogger logger, JobId jobId, int attempt, string? reason);

    [LoggerMessage(1007, LogLevel.Information, "Job {JobId} is queued again: attempt {Attempt} ended with {Code}; the next attempt starts at {NotBefore:O} at the earliest")]
    public static partial void JobRetried(this ILogger logger, JobId jobId, int attempt, string code, DateTimeOffset? notBefore);

    [LoggerMessage(1010, LogLevel.Warning, "Machine {Machine} does not answer; trying again in {Pause}: {Reason}")]
    public static partial void MachineUnavailable(this ILogger logger, Exception? error, string machine, TimeSpan pause, string reason);

    [LoggerMessage(1011, LogLevel.Information, "Machine {Machine} is {Description}")]
    public static partial void MachineDescribed(this ILogger logger, string machine, string description);

    [LoggerMessage(1012, LogLevel.Warning, "Attempt {AttemptName}: {Call} on machine {Machine} failed; retrying: {Reason}")]
    public static partial void CallFailed(this ILogger logger, Exception? error, string attemptName, string call, string machine, string reason);

    [LoggerMessage(1013, LogLevel.Warning, "Machine {Machine} has containers of attempt {AttemptName} that belong to no job of this store; removed: {IsRemoved}")]
    public static partial void Leftover(this ILogger logger, string machine, string attemptName, bool isRemoved);

    [LoggerMessage(1014, LogLevel.Debug, "The containers of machine {Machine} could not be listed")]
    public static partial void ListFailed(this ILogger logger, Exception error, string machine);

    [LoggerMessage(1015, LogLevel.Debug, "The resources of machine {Machine} could not be read; the last known values stay in use")]
    public static partial void DescribeFailed(this ILogger logger, Exception error, string machine);

    [LoggerMessage(1020, LogLevel.Error, "The capacity policy threw an exception; the job in question waits until the next reconcile")]
    public static partial void PolicyFailed(this ILogger logger, Exception error);

    [LoggerMessage(1021, LogLevel.Error, "The decision about job {JobId} after the event {Happened} failed; the tracker starts again from the stored state")]
    public static partial void StepFailed(this ILogger logger, Exception error, string happened, JobId? jobId);

    [LoggerMessage(1085, LogLevel.Error, "{Who} threw an exception. Only that call fails. The next one is logged after {Pause} without exceptions")]
    public static partial void ForeignFault(this ILogger logger, Exception error, string who, TimeSpan pause);

    [LoggerMessage(1087, LogLevel.Warning, "The lease could not be released; the next host becomes the decider when it expires")]
    public static partial void LeaseNotReleased(this ILogger logger, Exception error);

    [LoggerMessage(1086, LogLevel.Error, "Job {JobId} gets the outcome InternalError, because the decision about it failed {Count} times")]
    public static partial void JobSetAside(this ILogger logger, JobId jobId, int count);

    [LoggerMessage(1022, LogLevel.Warning, "The store refused or did not answer {Count} commands; retrying")]
    public static partial void CommitFailed(this ILogger logger, Exception error, int count);

    [LoggerMessage(1023, LogLevel.Error, "The tracker failed with an unexpected error; it restarts in {Pause}")]
    public static partial void TermFailed(this ILogger logger, Exception error, TimeSpan pause);

    [LoggerMessage(1024, LogLevel.Warning, "The host's shutdown timeout expired while trainings were running; their containers were left")]
    public static partial void DrainIncomplete(this ILogger logger);

    [LoggerMessage(1025, LogLevel.Warning, "The changes of the store could not be read; trying again in {Pause}")]
    public static partial void FeedFailed(this ILogger logger, Exception error, TimeSpan pause);

    [LoggerMessage(1026, LogLevel.Warning, "Job {JobId}, which other jobs depend on or a container belongs to, could not be read; retrying")]
    public static partial void LookUpFailed(this ILogger logger, Exception error, long jobId);

    [LoggerMessage(1027, LogLevel.Information, "Removed {Count} finished jobs whose retention has expired")]
    public static partial void Purged(this ILogger logger, int count);

    [LoggerMessage(1028, LogLevel.Warning, "The store did not list or remove the jobs whose retention has expired; retrying")]
    public static partial void PurgeFailed(this ILogger logger, Exception error);

    [LoggerMessage(1039, LogLevel.Information, "Removed {Count} runs whose retention has expired")]
    public static partial void RunsRemoved(this ILogger logger, int count);

    [LoggerMessage(1088, LogLevel.Warning, "The store did not remove the runs whose retention has expired; retrying")]
    public static partial void RunsNotRemoved(this ILogger logger, Exception error);

    [LoggerMessage(1029, LogLevel.Warning, "The lease could not be renewed; retrying while it is valid")]
    public static partial void RenewalFailed(this ILogger logger, Exception error);

    [LoggerMessage(1030, LogLevel.Warning, "The log of attempt {Attempt} cannot be written; its lines are buffered and retried")]
    public static partial void LogNotWritten(this ILogger logger, Exception error, string attempt);

    [LoggerMessage(1031, LogLevel.Warning, "Lost {Count} lines of the log of attempt {Attempt}: the log store did not accept them in time")]
    public static partial void LogLost(this ILogger logger, long count, string attempt);

    [LoggerMessage(1032, LogLevel.Warning, "The log store does not report where the log of attempt {Attempt} ends; reading continues where progress was last recorded")]
    public static partial void LogUnreadable(this ILogger logger, Exception error, string attempt);

    [LoggerMessage(1035, LogLevel.Warning, "The metrics of attempt {Attempt} cannot be written; they are buffered and retried. Reading of its output pauses when the buffer is full")]
    public static partial void MetricsNotWritten(this ILogger logger, Exception error, string attempt);

    [LoggerMessage(1036, LogLevel.Warning, "Lost {Count} lines of metrics of attempt {Attempt}: its output has ended, and the metric store did not accept them in time")]
    public static partial void MetricsLost(this ILogger logger, int count, string attempt);

    [LoggerMessage(1037, LogLevel.Warning, "The metric store does not report how far the output of attempt {Attempt} was read; it is read from the beginning")]
    public static partial void MetricsUnreadable(this ILogger logger, Exception error, string attempt);

    [LoggerMessage(1038, LogLevel.Warning, "The metric store cannot accept a line of attempt {Attempt}; the line is skipped")]
    public static partial void MetricsRefused(this ILogger logger, Exception error, string attempt);

    [LoggerMessage(1034, LogLevel.Warning, "The storage credentials of attempt {Attempt} could not be renewed; retrying. Its containers lose access when their credentials expire")]
    public static partial void AccessNotRenewed(this ILogger logger, Exception error, string attempt);

    [LoggerMessage(1033, LogLevel.Warning, "Hosts on other machines can share this job store, but cannot find the {Unshared} of this host. If all hosts have the same data folder, set OrcaTraining:DataFolderIsShared to true")]
    public static partial void NotShared(this ILogger logger, string unshared);

    [LoggerMessage(1045, LogLevel.Information, "Some files of attempt {Attempt} are not published. {Note}")]
    public static partial void LeftOut(this ILogger logger, string attempt, string note);

    [LoggerMessage(1044, LogLevel.Warning, "Hosts on other machines can share this job store, but cannot find the {Unshared} of this host, which are in memory. Two hosts can also assign the same number to two model versions. Set the stores with UseRunStores()")]
    public static partial void KeptInMemory(this ILogger logger, string unshared);

    [LoggerMessage(1060, LogLevel.Warning, "{Count} finished jobs whose retention has expired could not be removed; the first is job {JobId}. Others are removed, and these are retried at growing intervals")]
    public static partial void Unremovable(this ILogger logger, Exception error, int count, long jobId);

    [LoggerMessage(1061, LogLevel.Warning, "{Trouble}")]
    public static partial void DiskShort(this ILogger logger, string trouble);

    [LoggerMessage(1062, LogLevel.Information, "The disks have enough free space again; trainings start")]
    public static partial void DiskHasRoom(this ILogger logger);

    [LoggerMessage(1063, LogLevel.Warning, "The disk is full; stopping attempt {Attempt}, whose files take {Bytes}")]
    public static partial void DiskFiller(this ILogger logger, string attempt, string bytes);

    [LoggerMessage(1064, LogLevel.Warning, "The disk is full; removing the files of job {JobId}, which did not succeed: {Bytes}")]
    public static partial void DiskCleared(this ILogger logger, long jobId, string bytes);

    [LoggerMessage(1065, LogLevel.Warning, "The free disk space could not be checked, or no space could be freed; retrying")]
    public static partial void DiskFailed(this ILogger logger, Exception error);

    [LoggerMessage(1066, LogLevel.Warning, "Earlier runs of the host with jobs in memory ({Count}) left {Bytes} of outputs and logs in {Folders}. No call returns them. To remove them at each start, set OrcaTraining:RemoveLeftoverFiles to true; to keep jobs, use a database")]
    public static partial void LeftoverFilesFound(this ILogger logger, string bytes, int count, string folders);

    [LoggerMessage(1067, LogLevel.Information, "Removed {Bytes} of outputs and logs of earlier runs of the host with jobs in memory ({Count})")]
    public static partial void LeftoverFilesRemoved(this ILogger logger, string bytes, int count);

    [LoggerMessage(1068, LogLevel.Warning, "The outputs and logs of earlier runs of the host with jobs in memory could not be removed; the next start tries again")]
    public static partial void LeftoverFilesNotRemoved(this ILogger logger, Exception error);
}
