using Orca.Training.Client;
using Orca.Training.Jobs;

namespace Orca.Training.Testing.Conformance.Clients;

/// <summary>Why a training waits.</summary>
public abstract partial class TrainingClientConformance
{
    [Fact]
    public async Task An_explanation_arrives_with_every_field()
    {
        var until = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
        WaitReason[] reasons =
        [
            new(WaitCode.PoolLimit, "pool 'vision' uses 4 of the 4 GPUs that it may use at once") { Resource = "GPUs", Used = 4, Limit = 4 },
            new(WaitCode.Refused, "machine 'box-1' had no room") { Machine = "box-1", Until = until },
            new(WaitCode.NotYourTurn, "2 other users come before you") { UsersAhead = 2 },
        ];
        var client = await ReachAsync(
            new ScriptedClient { Explain = (_, _) => Task.FromResult(new TrainingExplanation(StartVerdict.Waits, 3, reasons)) }, user: null);

        var seen = await client.ExplainAsync(new JobId(7), Token);

        Assert.Equal((StartVerdict.Waits, 3), (seen.Verdict, seen.Position));
        Assert.Equal(reasons, seen.Reasons);
    }

    [Fact]
    public async Task Each_verdict_arrives_as_it_is()
    {
        foreach (var verdict in Enum.GetValues<StartVerdict>())
        {
            var client = await ReachAsync(
                new ScriptedClient { Explain = (_, _) => Task.FromResult(new TrainingExplanation(verdict, null, [])) }, user: null);

            Assert.Equal(verdict, (await client.ExplainAsync(new JobId(7), Token)).Verdict);
        }
    }

    [Fact]
    public async Task A_job_that_waits_says_what_it_waits_for_and_one_that_does_not_says_that()
    {
        var (installation, client) = await InstallAsync();
        var first = await client.TrainAsync(Installation.Request, Token);
        var held = await client.TrainAsync(Installation.Request with { IsHeld = true }, Token);
        var after = await client.TrainAsync(Installation.Request with { DependsOn = [first] }, Token);
        var ended = await client.TrainAsync(Installation.Request, Token);
        await installation.EndAsync(ended, JobState.Cancelled);

        Assert.Equal((StartVerdict.Waits, ""), Said(await client.ExplainAsync(first, Token)));
        Assert.Equal((StartVerdict.Blocked, "Held: it is held: release it to let it start"), Said(await client.ExplainAsync(held, Token)));
        Assert.Equal((StartVerdict.WaitsForOthers, "WaitsForJobs: another training has to succeed first"), Said(await client.ExplainAsync(after, Token)));
        Assert.Equal((StartVerdict.Ended, ""), Said(await client.ExplainAsync(ended, Token)));
        await installation.RunAsync(first);
        Assert.Equal((StartVerdict.Started, ""), Said(await client.ExplainAsync(first, Token)));
        Assert.Null((await client.ExplainAsync(first, Token)).Position);

        static (StartVerdict, string) Said(TrainingExplanation explanation) =>
            (explanation.Verdict, string.Join("; ", explanation.Reasons.Where(r => r.Code is not WaitCode.NotYourTurn).Select(r => $"{r.Code}: {r.Message}")));
    }
}
