namespace Orca.Training.Minio.Tests.Faults;

/// <summary>What becomes of one request.</summary>
internal abstract record Fault
{
    /// <summary>The server answers it.</summary>
    public static Fault None { get; } = new Passed();

    /// <summary>The server answers it.</summary>
    public sealed record Passed : Fault;

    /// <summary>The proxy answers it as a server does that has no room for it now, and the server never hears of it.</summary>
    public sealed record Busy : Fault;

    /// <summary>The answer breaks off after so many bytes of its body.</summary>
    public sealed record CutAfter(long Bytes) : Fault;

    /// <summary>The answer stands still after so many bytes of its body.</summary>
    public sealed record StillAfter(long Bytes) : Fault;

    /// <summary>Nobody answers.</summary>
    public sealed record NoAnswer : Fault;
}
