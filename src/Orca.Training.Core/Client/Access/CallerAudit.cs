using Orca.Training.Auditing;

namespace Orca.Training.Client;

/// <summary>Records the changes of one caller in the audit log.</summary>
/// <param name="trail">The audit log of the host.</param>
/// <param name="user">The name of the caller.</param>
/// <param name="origin">Where the call comes from.</param>
/// <param name="time">The clock.</param>
internal sealed class CallerAudit(AuditTrail trail, string? user, string? origin, TimeProvider time)
{
    public ValueTask RecordAsync(Operation operation, string subject, string? team) => trail.RecordAsync(new AuditEvent
    {
        At = time.GetUtcNow(),
        User = user,
        Team = team,
        Origin = origin,
        Operation = operation.Words,
        Subject = subject,
    });
}
