using Orca.Training.Auditing;
using Orca.Training.Auditing.Memory;
using Orca.Training.Ownership;
using Orca.Training.Ownership.Memory;
using Orca.Training.Tests.Shared;

namespace Orca.Training.Tests.Client.Access;

/// <summary>Owners and the audit in memory.</summary>
public sealed class MemoryAccessStoresTests : AccessStoresSuite
{
    [Fact]
    public async Task Of_very_many_events_the_newest_are_kept()
    {
        var audit = new MemoryAuditStore();
        for (var i = 1; i <= MemoryAuditStore.Most + 5; i++)
        {
            await audit.AppendAsync(new AuditEvent { At = default, Operation = "o", Subject = $"{i}" }, TestContext.Current.CancellationToken);
        }

        var all = await audit.ReadAsync(new AuditQuery { Limit = int.MaxValue }, null, default, TestContext.Current.CancellationToken);
        Assert.Equal((MemoryAuditStore.Most, "6"), (all.Count, all[^1].Subject));
    }

    private protected override (INameOwners Owners, IAuditStore Audit) Stores() => (new MemoryNameOwners(), new MemoryAuditStore());
}
