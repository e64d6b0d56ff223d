using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Orca.Training.Auditing;
using Orca.Training.Auditing.Memory;
using Orca.Training.Client;
using Orca.Training.Testing.Conformance.Jobs;

namespace Orca.Training.Tests.Client.Access;

/// <summary>How long it is kept who did what, and what becomes of what cannot be kept.</summary>
public sealed class AuditTrailTests
{
    private readonly ManualTime _time = new();
    private readonly FakeLogger _log = new();
    private readonly MemoryAuditStore _store = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Events_are_shown_for_as_long_as_they_are_kept_and_then_they_are_gone()
    {
        var trail = new AuditTrail(_store, new AccessOptions { KeepAudit = TimeSpan.FromDays(2) }, _time, _log);
        await trail.RecordAsync(At("old"));
        _time.Advance(TimeSpan.FromDays(1));
        await trail.RecordAsync(At("newer"));
        Assert.Equal(["newer", "old"], await ShownAsync(trail));

        _time.Advance(TimeSpan.FromDays(1) + TimeSpan.FromMinutes(1));
        Assert.Equal(["newer"], await ShownAsync(trail));
        await trail.RecordAsync(At("newest"));

        Assert.Equal(2, (await _store.ReadAsync(new AuditQuery(), null, default, Cancel)).Count);
    }

    [Fact]
    public async Task What_cannot_be_kept_is_in_the_log_and_its_caller_is_told_that_it_is_done()
    {
        var trail = new AuditTrail(new Full(), new AccessOptions(), _time, _log);

        await trail.RecordAsync(At("job 17"));

        Assert.Equal((LogLevel.Error, 1083), (_log.LatestRecord.Level, _log.LatestRecord.Id.Id));
        Assert.Equal("An audit event could not be stored, but its change was made. User: ada, operation: cancel a training, subject: job 17, origin: 192.0.2.7", _log.LatestRecord.Message);
    }

    private static async Task<IEnumerable<string>> ShownAsync(AuditTrail trail) => (await trail.ReadAsync(new AuditQuery(), null, Cancel)).Select(e => e.Subject);

    private AuditEvent At(string subject) =>
        new() { At = _time.GetUtcNow(), User = "ada", Origin = "192.0.2.7", Operation = Operations.Cancel.Words, Subject = subject };

    private sealed class Full : IAuditStore
    {
        public ValueTask AppendAsync(AuditEvent entry, CancellationToken cancellationToken) => throw new IOException("The disk is full.");

        public ValueTask<IReadOnlyList<AuditEvent>> ReadAsync(AuditQuery query, IReadOnlyList<string>? teams, DateTimeOffset since, CancellationToken cancellationToken) =>
            throw new IOException("The disk is full.");

        public ValueTask RemoveAsync(DateTimeOffset before, CancellationToken cancellationToken) => throw new IOException("The disk is full.");
    }
}
