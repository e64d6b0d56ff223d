namespace Orca.Training.Jobs;

/// <summary>What it takes for a reason for waiting to pass.</summary>
public enum WaitSeverity
{
    /// <summary>It passes by itself, with time or with the turns of others.</summary>
    Turn,

    /// <summary>It passes when something is given back: room, or part of a limit.</summary>
    Room,

    /// <summary>It stays until somebody does something: releases the training, changes a setting, or mends a machine.</summary>
    Action,
}

/// <summary>One reason why a training waits. It names no other user and no other user's training.</summary>
/// <param name="Code">What kind of reason it is.</param>
/// <param name="Message">The reason in words, with its figures: a clause that starts with a small letter and has no full stop.</param>
public sealed record WaitReason(WaitCode Code, string Message)
{
    /// <summary>What it takes for the reason to pass.</summary>
    public WaitSeverity Severity => Code switch
    {
        WaitCode.NotYourTurn or WaitCode.PutOff or WaitCode.WaitsForJobs => WaitSeverity.Turn,
        WaitCode.Misfit or WaitCode.Held or WaitCode.MachineAway or WaitCode.MachineClosed or WaitCode.NoDevice or WaitCode.PolicyFailed => WaitSeverity.Action,
        _ => WaitSeverity.Room,
    };

    /// <summary>The machine that it is about; null if it is about none.</summary>
    public string? Machine { get; init; }

    /// <summary>What is used up, in words: "jobs", "GPUs", "CPUs" or "MiB of memory"; null if that is not what the reason is.</summary>
    public string? Resource { get; init; }

    /// <summary>How much of the resource is in use; null if that is not known.</summary>
    public double? Used { get; init; }

    /// <summary>The most of the resource that may be in use; null if that is not known.</summary>
    public double? Limit { get; init; }

    /// <summary>How many other users come before; null if the reason is not the turn.</summary>
    public int? UsersAhead { get; init; }

    /// <summary>Until when it lasts; null if that is not known.</summary>
    public DateTimeOffset? Until { get; init; }
}
