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

    [LoggerMessage(1003, LogLevel.Warning, "Lost the lease; another host decides now, or the store could not be asked in time")]
    public static partial void LeaseLost(this ILogger logger);

    [LoggerMessage(1004, LogLevel.Information, "Job {JobId} is launching: attempt {Attempt} on machine {Machine}")]
    public static partial void JobLaunching(this ILogger logger, JobId jobId, int attempt, string machine);

    [LoggerMessage(1005, LogLevel.Information, "Job {JobId} is running: attempt {Attempt} on machine {Machine}")]
    public static partial void JobRunning(this ILogger logger, JobId jobId, int attempt, string machine);

    [LoggerMessage(1006, LogLevel.Information, "Job {JobId} is queued again: attempt {Attempt} was put off: {Reason}")]
    public static partial void JobPutOff(this ILogger logger, JobId jobId, int attempt, string? reason);

    [LoggerMessage(1007, LogLevel.Information, "Job {JobId} is queued again: attempt {Attempt} ended with {Code}, and another one follows, not before {NotBefore:O}")]
    public static partial void JobRetried(this ILogger logger, JobId jobId, int attempt, string code, DateTimeOffset? notBefore);

    [LoggerMessage(1010, LogLevel.Warning, "Machine {Machine} cannot be asked now; trying again in {Pause}")]
    public static partial void MachineUnavailable(this ILogger logger, Exception error, string machine, TimeSpan pause);

    [LoggerMessage(1011, LogLevel.Information, "Machine {Machine} is {Description}")]
    public static partial void MachineDescribed(this ILogger logger, string machine, string description);

    [LoggerMessage(1012, LogLevel.Warning, "Attempt {AttemptName}: {Call} on machine {Machine} failed and is tried again")]
    public static partial void CallFailed(this ILogger logger, Exception error, string attemptName, string call, string machine);

    [LoggerMessage(1013, LogLevel.Warning, "Machine {Machine} holds container(s) of attempt {AttemptName}, which belong to no job of this store; removed: {IsRemoved}")]
    public static partial void Leftover(this ILogger logger, string machine, string attemptName, bool isRemoved);

    [LoggerMessage(1014, LogLevel.Debug, "Machine {Machine} could not be listed")]
    public static partial void ListFailed(this ILogger logger, Exception error, string machine);

    [LoggerMessage(1015, LogLevel.Debug, "Machine {Machine} could not be asked what it has; what it had holds")]
    public static partial void DescribeFailed(this ILogger logger, Exception error, string machine);

    [LoggerMessage(1020, LogLevel.Error, "The capacity policy threw; the job that it was asked about waits, and is looked at again at the next reconcile")]
    public static partial void PolicyFailed(this ILogger logger, Exception error);

    [LoggerMessage(1021, LogLevel.Error, "A decision failed on {Happened}, about job {JobId}; all is decided anew from what is on record")]
    public static partial void StepFailed(this ILogger logger, Exception error, string happened, JobId? jobId);

    [LoggerMessage(1066, LogLevel.Error, "{Who} threw. It costs what it was called for, and the service goes on; it is told again if it happens after {Pause} without it")]
    public static partial void ForeignFault(this ILogger logger, Exception error, string who, TimeSpan pause);

    [LoggerMessage(1068, LogLevel.Warning, "The lease could not be given back; the next host decides when it has ended")]
    public static partial void LeaseNotReleased(this ILogger logger, Exception error);

    [LoggerMessage(1067, LogLevel.Error, "Job {JobId} is set aside with the outcome InternalError: a decision about it failed {Count} times")]
    public static partial void JobSetAside(this ILogger logger, JobId jobId, int count);

    [LoggerMessage(1022, LogLevel.Warning, "The store refused or did not answer {Count} commands; they are tried again")]
    public static partial void CommitFailed(this ILogger logger, Exception error, int count);

    [LoggerMessage(1023, LogLevel.Error, "The tracker stopped on an unexpected error and starts again in {Pause}")]
    public static partial void TermFailed(this ILogger logger, Exception error, TimeSpan pause);

    [LoggerMessage(1024, LogLevel.Warning, "The host's time to stop ran out with trainings still open; their containers are left")]
    public static partial void DrainIncomplete(this ILogger logger);

    [LoggerMessage(1025, LogLevel.Warning, "The store's changes could not be read; trying again in {Pause}")]
    public static partial void FeedFailed(this ILogger logger, Exception error, TimeSpan pause);

    [LoggerMessage(1026, LogLevel.Warning, "Job {JobId} could not be read, for which others wait or which a container claims to be of; it is asked for again")]
    public static partial void LookUpFailed(this ILogger logger, Exception error, long jobId);

    [LoggerMessage(1027, LogLevel.Information, "Removed {Count} finished jobs that need not be kept any more")]
    public static partial void Purged(this ILogger logger, int count);

    [LoggerMessage(1028, LogLevel.Warning, "The store did not say what need not be kept, or did not remove it. It is asked again")]
    public static partial void PurgeFailed(this ILogger logger, Exception error);

    [LoggerMessage(1029, LogLevel.Warning, "The lease could not be renewed; the store is asked again for as long as the lease can be trusted")]
    public static partial void RenewalFailed(this ILogger logger, Exception error);

    [LoggerMessage(1030, LogLevel.Warning, "The log of attempt {Attempt} cannot be written now; its lines are kept for a while, and tried again")]
    public static partial void LogNotWritten(this ILogger logger, Exception error, string attempt);

    [LoggerMessage(1031, LogLevel.Warning, "Lost {Count} lines of the log of attempt {Attempt}: the log store did not take them in time")]
    public static partial void LogLost(this ILogger logger, long count, string attempt);

    [LoggerMessage(1032, LogLevel.Warning, "The log store does not say where the log of attempt {Attempt} ends; it goes on where its figures were recorded last")]
    public static partial void LogUnreadable(this ILogger logger, Exception error, string attempt);

    [LoggerMessage(1035, LogLevel.Warning, "The metrics of attempt {Attempt} cannot be written now; they are kept, its output is read no further than there is room for them, and it is tried again")]
    public static partial void MetricsNotWritten(this ILogger logger, Exception error, string attempt);

    [LoggerMessage(1036, LogLevel.Warning, "Lost {Count} lines of metrics of attempt {Attempt}: its output has ended, and their store did not take them in time")]
    public static partial void MetricsLost(this ILogger logger, int count, string attempt);

    [LoggerMessage(1037, LogLevel.Warning, "The metric store does not say how far the output of attempt {Attempt} was read; it is read from its beginning")]
    public static partial void MetricsUnreadable(this ILogger logger, Exception error, string attempt);

    [LoggerMessage(1038, LogLevel.Warning, "The metric store can never take a line of attempt {Attempt}; it is left out, and the lines after it go on")]
    public static partial void MetricsRefused(this ILogger logger, Exception error, string attempt);

    [LoggerMessage(1034, LogLevel.Warning, "What opens its places to the containers of attempt {Attempt} could not be renewed; it is tried again soon, and they lose their access if that goes on")]
    public static partial void AccessNotRenewed(this ILogger logger, Exception error, string attempt);

    [LoggerMessage(1033, LogLevel.Warning, "Hosts on other machines can use this job store too, but not find the {Unshared} that this host keeps; if all of them have its data folder, set OrcaTraining:DataFolderIsShared")]
    public static partial void NotShared(this ILogger logger, string unshared);

    [LoggerMessage(1045, LogLevel.Information, "Not all that attempt {Attempt} left is published. {Note}")]
    public static partial void LeftOut(this ILogger logger, string attempt, string note);

    [LoggerMessage(1044, LogLevel.Warning, "Hosts on other machines can use this job store too, but not find the {Unshared} that this host keeps in its memory, and two of them can give one number to two models; say by UseRunStores() where they are kept")]
    public static partial void KeptInMemory(this ILogger logger, string unshared);

    [LoggerMessage(1060, LogLevel.Warning, "What need not be kept of {Count} finished jobs could not be removed, job {JobId} the first of them. The others are removed, and these tried again, ever more seldom")]
    public static partial void Unremovable(this ILogger logger, Exception error, int count, long jobId);

    [LoggerMessage(1061, LogLevel.Warning, "{Trouble}")]
    public static partial void DiskShort(this ILogger logger, string trouble);

    [LoggerMessage(1062, LogLevel.Information, "The host's disks have room again: trainings start")]
    public static partial void DiskHasRoom(this ILogger logger);

    [LoggerMessage(1063, LogLevel.Warning, "The disk is full: attempt {Attempt} is ended, whose files take {Bytes}")]
    public static partial void DiskFiller(this ILogger logger, string attempt, string bytes);

    [LoggerMessage(1064, LogLevel.Warning, "The disk is full: what job {JobId} left, which did not succeed, is removed, {Bytes}")]
    public static partial void DiskCleared(this ILogger logger, long jobId, string bytes);

    [LoggerMessage(1065, LogLevel.Warning, "It could not be looked at the room on the host's disks, or none could be made; trying again")]
    public static partial void DiskFailed(this ILogger logger, Exception error);
}
