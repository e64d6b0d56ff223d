using Orca.Training.Auditing;

namespace Orca.Training.Client;

/// <summary>Puts on record what one caller did.</summary>
/// <param name="trail">The host's.</param>
/// <param name="user">Who calls.</param>
/// <param name="origin">Where the call comes from.</param>
/// <param name="time">When it is.</param>
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
