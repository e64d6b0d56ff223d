using Orca.Training.Auditing;

namespace Orca.Training.Testing.Conformance.Clients;

/// <summary>Who did what.</summary>
public abstract partial class TrainingClientConformance
{
    [Fact]
    public async Task An_event_and_what_is_asked_for_arrive_with_every_field()
    {
        var query = new AuditQuery { User = "ann", Subject = "job 17", Before = 9, Limit = 2 };
        AuditEvent[] events =
        [
            new() { Id = 8, At = Samples.Everything.SubmittedAt, User = "ann", Team = "vision", Origin = "192.0.2.7", Operation = "cancel a training", Subject = "job 17" },
            new() { Id = 7, At = Samples.Everything.SubmittedAt, Operation = "add a dataset", Subject = "dataset d" },
        ];
        AuditQuery? asked = null;
        var client = await ReachAsync(new ScriptedClient
        {
            Audit = (q, _) =>
            {
                asked = q;
                return Task.FromResult<IReadOnlyList<AuditEvent>>(events);
            },
        }, user: null);

        Assert.Equal(events, await client.ListAuditAsync(query, Token));

        Assert.Equal(query, asked);
    }

    [Fact]
    public async Task What_a_caller_changes_is_told_with_who_it_was_and_the_newest_first()
    {
        var (installation, ada) = await InstallAsync("ada");
        var job = await ada.TrainAsync(Installation.Request, Token);
        await (await ReachAsync(installation.Clients, "bob")).CancelTrainingAsync(job, Token);
        await (await ReachAsync(installation.Clients, user: null)).TrainAsync(Installation.Request, Token);

        var events = await ada.ListAuditAsync(new AuditQuery(), Token);
        var next = await ada.ListAuditAsync(new AuditQuery { Before = events[0].Id, Limit = 1 }, Token);

        Assert.Equal([null, "bob", "ada"], events.Select(e => e.User));
        Assert.Equal("this machine", events[0].Origin);
        Assert.Equal([("cancel a training", $"job {job}")], next.Select(e => (e.Operation, e.Subject)));
        Assert.Equal(["cancel a training", "submit a training"], (await ada.ListAuditAsync(new AuditQuery { Subject = $"job {job}" }, Token)).Select(e => e.Operation));
    }
}
