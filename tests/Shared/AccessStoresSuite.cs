using Orca.Training.Auditing;
using Orca.Training.Ownership;

namespace Orca.Training.Tests.Shared;

/// <summary>What stores of owners and of the audit do; each kind of store derives it.</summary>
public abstract class AccessStoresSuite
{
    private static readonly DateTimeOffset Noon = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_name_is_the_teams_that_was_the_first_for_each_kind_by_itself()
    {
        var owners = Stores().Owners;

        Assert.Null(await owners.FindAsync(NameKind.Dataset, "digits", Cancel));
        Assert.True(await owners.ClaimAsync(NameKind.Dataset, "digits", "vision", Cancel));
        Assert.False(await owners.ClaimAsync(NameKind.Dataset, "digits", "speech", Cancel));
        Assert.True(await owners.ClaimAsync(NameKind.Model, "digits", "speech", Cancel));
        Assert.True(await owners.ClaimAsync(NameKind.Dataset, "it's \"é\" 模型", "vision", Cancel));

        Assert.Equal(("vision", "speech"), (await owners.FindAsync(NameKind.Dataset, "digits", Cancel), await owners.FindAsync(NameKind.Model, "digits", Cancel)));
        var all = await owners.ListAsync(NameKind.Dataset, Cancel);
        Assert.Equal(["digits", "it's \"é\" 模型"], all.Keys.Order(StringComparer.Ordinal));
        Assert.All(all.Values, team => Assert.Equal("vision", team));
    }

    [Fact]
    public async Task Of_many_teams_that_want_a_name_at_once_one_gets_it()
    {
        var owners = Stores().Owners;

        var got = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() => owners.ClaimAsync(NameKind.Model, "m", $"t{i}", Cancel).AsTask(), Cancel)));

        Assert.Equal($"t{Array.IndexOf(got, true)}", await owners.FindAsync(NameKind.Model, "m", Cancel));
        Assert.Single(got, g => g);
    }

    [Fact]
    public async Task Events_come_newest_first_with_all_that_they_say_page_by_page()
    {
        var audit = Stores().Audit;
        var first = new AuditEvent { At = Noon, User = "ada <https://login.example>", Team = "vision", Origin = "192.0.2.7", Operation = "cancel a training", Subject = "job 17" };
        await audit.AppendAsync(first, Cancel);
        await audit.AppendAsync(new AuditEvent { At = Noon.AddTicks(1), Operation = "add a dataset", Subject = "dataset d" }, Cancel);
        await audit.AppendAsync(first with { At = Noon.AddTicks(2), User = "bob" }, Cancel);

        var newest = await audit.ReadAsync(new AuditQuery { Limit = 2 }, null, default, Cancel);
        var rest = await audit.ReadAsync(new AuditQuery { Before = newest[^1].Id, Limit = 2 }, null, default, Cancel);

        Assert.Equal([("bob", "job 17"), (null, "dataset d")], newest.Select(e => (e.User, e.Subject)));
        Assert.True(newest[0].Id > newest[1].Id);
        Assert.Equal(first, Assert.Single(rest) with { Id = 0 });
    }

    [Fact]
    public async Task Conditions_hold_together_and_teams_see_their_own_alone()
    {
        var audit = Stores().Audit;
        foreach (var (user, team, subject) in new[] { ("ada", "vision", "job 1"), ("ada", "speech", "job 2"), ("bob", "vision", "job 1"), ("bob", null, "model m") })
        {
            await audit.AppendAsync(new AuditEvent { At = Noon, User = user, Team = team, Operation = "o", Subject = subject }, Cancel);
        }

        async Task<int> CountAsync(AuditQuery query, params string[]? teams) => (await audit.ReadAsync(query, teams, Noon, Cancel)).Count;

        Assert.Equal(4, await CountAsync(new AuditQuery(), null));
        Assert.Equal(2, await CountAsync(new AuditQuery { User = "ada" }, null));
        Assert.Equal(1, await CountAsync(new AuditQuery { User = "bob", Subject = "job 1" }, null));
        Assert.Equal(2, await CountAsync(new AuditQuery(), "vision"));
        Assert.Equal(3, await CountAsync(new AuditQuery(), "vision", "speech"));
        Assert.Equal(0, await CountAsync(new AuditQuery(), []));
        Assert.Empty(await audit.ReadAsync(new AuditQuery(), null, Noon.AddTicks(1), Cancel));
    }

    [Fact]
    public async Task What_is_older_than_a_time_is_removed_and_nothing_else()
    {
        var audit = Stores().Audit;
        foreach (var day in new[] { 0, 1, 2 })
        {
            await audit.AppendAsync(new AuditEvent { At = Noon.AddDays(day), Operation = "o", Subject = $"day {day}" }, Cancel);
        }

        await audit.RemoveAsync(Noon.AddDays(1), Cancel);

        Assert.Equal(["day 2", "day 1"], (await audit.ReadAsync(new AuditQuery(), null, default, Cancel)).Select(e => e.Subject));
    }

    /// <summary>New, empty stores.</summary>
    private protected abstract (INameOwners Owners, IAuditStore Audit) Stores();
}
