namespace Orca.Training.Client;

/// <summary>How a call goes: what it holds on to while it lasts.</summary>
internal enum OperationKind
{
    /// <summary>A question and an answer.</summary>
    Unary,

    /// <summary>Answers that come as they happen.</summary>
    Stream,

    /// <summary>Bytes that the caller sends.</summary>
    Upload,

    /// <summary>Bytes that the caller gets.</summary>
    File,
}

/// <summary>What a caller has to be allowed before anything is looked at. Whose the thing is, is asked where it is found.</summary>
internal enum Permission
{
    /// <summary>To see what is theirs to see.</summary>
    Read,

    /// <summary>To submit, and to steer what was submitted.</summary>
    Submit,

    /// <summary>To add datasets, and to name their versions.</summary>
    Add,

    /// <summary>To delete, and to say which version counts.</summary>
    Rule,

    /// <summary>To read who did what.</summary>
    Audit,
}

/// <summary>What a call is about.</summary>
internal enum Subject
{
    /// <summary>A job and its training.</summary>
    Training,

    /// <summary>What a job left.</summary>
    Run,

    /// <summary>A model.</summary>
    Model,

    /// <summary>A dataset.</summary>
    Dataset,

    /// <summary>A pool.</summary>
    Pool,

    /// <summary>The service itself.</summary>
    Service,
}

/// <summary>A member of the client.</summary>
/// <param name="Client">The interface.</param>
/// <param name="Member">Its member.</param>
/// <param name="Kind">How the call goes.</param>
/// <param name="Permission">What the caller has to be allowed.</param>
/// <param name="Subject">What it is about.</param>
internal sealed record Operation(Type Client, string Member, OperationKind Kind, Permission Permission, Subject Subject)
{
    /// <summary>What it does, in words that go after "may not", or as an audit tells it.</summary>
    public required string Words { get; init; }

    /// <summary>Whether it can change something: then who did it goes on record.</summary>
    public bool Changes => Permission is Permission.Submit or Permission.Add or Permission.Rule;
}
