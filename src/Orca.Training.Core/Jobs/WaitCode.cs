namespace Orca.Training.Jobs;

/// <summary>Why a job waits. In this order, the most hindering first.</summary>
public enum WaitCode
{
    /// <summary>No machine of its pool could start it even if the machine were empty.</summary>
    Misfit,

    /// <summary>The pool uses the most that it may.</summary>
    PoolLimit,

    /// <summary>The user uses the most that a user of the pool may.</summary>
    UserLimit,

    /// <summary>Somebody holds it.</summary>
    Held,

    /// <summary>Other trainings have to succeed first.</summary>
    WaitsForJobs,

    /// <summary>Its start was put off to a later time.</summary>
    PutOff,

    /// <summary>The machine does not answer.</summary>
    MachineAway,

    /// <summary>Nothing more is started on the machine.</summary>
    MachineClosed,

    /// <summary>The machine answered that it had no room after all.</summary>
    Refused,

    /// <summary>The rest of the machine is owned or used by other pools.</summary>
    PoolShare,

    /// <summary>The machine is being emptied for another job.</summary>
    ReservedForOther,

    /// <summary>The machine has no room at the moment.</summary>
    NoRoom,

    /// <summary>The machine has no GPU of the kind that is needed.</summary>
    NoDevice,

    /// <summary>The capacity policy failed when it was asked about the job.</summary>
    PolicyFailed,

    /// <summary>Other jobs come first.</summary>
    NotYourTurn,
}
