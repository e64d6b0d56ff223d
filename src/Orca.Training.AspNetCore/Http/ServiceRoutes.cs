using Orca.Training.Auditing;

namespace Orca.Training.AspNetCore.Http;

/// <summary>What the service offers: its pools and algorithms, and who changed what.</summary>
internal static class ServiceRoutes
{
    public static async Task ListPoolsAsync(HttpCall call)
    {
        var pools = await call.Client.Pools.ListAsync(call.Aborted).ConfigureAwait(false);
        await call.AnswerListAsync("pools", pools, PoolSpelling.Pool).ConfigureAwait(false);
    }

    public static async Task GetPoolAsync(HttpCall call)
    {
        var pool = await call.Client.Pools.GetAsync(call.Part("pool"), call.Aborted).ConfigureAwait(false);
        await call.AnswerAsync(json => PoolSpelling.Pool(json, pool)).ConfigureAwait(false);
    }

    public static async Task ListAlgorithmsAsync(HttpCall call)
    {
        var algorithms = await call.Client.ListAlgorithmsAsync(call.Aborted).ConfigureAwait(false);
        await call.AnswerListAsync("algorithms", algorithms, Spelling.Algorithm).ConfigureAwait(false);
    }

    public static async Task ListAuditAsync(HttpCall call)
    {
        var query = new QueryReader(call.Context.Request.Query);
        var asked = new AuditQuery
        {
            User = query.Text("user"),
            Subject = query.Text("subject"),
            Before = query.Long("before"),
            Limit = query.Number("limit") ?? 100,
        };
        query.Check();
        var events = await call.Client.ListAuditAsync(asked, call.Aborted).ConfigureAwait(false);
        await call.AnswerListAsync("events", events, Spelling.Audit).ConfigureAwait(false);
    }
}
