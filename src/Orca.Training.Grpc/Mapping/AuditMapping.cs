using Google.Protobuf.WellKnownTypes;
using Orca.Training.Auditing;

namespace Orca.Training.Grpc;

/// <summary>Who did what, on the wire and back.</summary>
internal static class AuditMapping
{
    public static Wire.ListAuditRequest ToWire(AuditQuery query)
    {
        var message = new Wire.ListAuditRequest { User = query.User ?? "", Subject = query.Subject ?? "", Limit = query.Limit };
        if (query.Before is { } before)
        {
            message.Before = before;
        }

        return message;
    }

    public static AuditQuery FromWire(Wire.ListAuditRequest message)
    {
        var query = new AuditQuery
        {
            User = NullIfEmpty(message.User),
            Subject = NullIfEmpty(message.Subject),
            Before = message.HasBefore ? message.Before : null,
        };
        return message.HasLimit ? query with { Limit = message.Limit } : query;
    }

    public static Wire.AuditEvent ToWire(AuditEvent entry) => new()
    {
        Id = entry.Id,
        At = entry.At.ToTimestamp(),
        User = entry.User ?? "",
        Team = entry.Team ?? "",
        Origin = entry.Origin ?? "",
        Operation = entry.Operation,
        Subject = entry.Subject,
    };

    public static AuditEvent FromWire(Wire.AuditEvent message) => new()
    {
        Id = message.Id,
        At = message.At?.ToDateTimeOffset() ?? default,
        User = NullIfEmpty(message.User),
        Team = NullIfEmpty(message.Team),
        Origin = NullIfEmpty(message.Origin),
        Operation = message.Operation,
        Subject = message.Subject,
    };

    private static string? NullIfEmpty(string text) => text.Length > 0 ? text : null;
}
