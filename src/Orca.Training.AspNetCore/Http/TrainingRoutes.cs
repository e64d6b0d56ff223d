using System.Globalization;
using Microsoft.AspNetCore.Http;
using Orca.Training.Client;
using Orca.Training.Jobs;
using Orca.Training.Machines;

namespace Orca.Training.AspNetCore.Http;

/// <summary>Trainings: submitted, listed, followed, and steered.</summary>
internal static class TrainingRoutes
{
    private const int MostLines = 5000;

    public static async Task SubmitAsync(HttpCall call)
    {
        var request = await BodyReader.ReadAsync(call.Context, body => RequestBody.Read(body, KeyOf(call))).ConfigureAwait(false);
        var job = await call.Client.TrainAsync(request, call.Aborted).ConfigureAwait(false);
        await CreatedAsync(call, job).ConfigureAwait(false);
    }

    public static async Task SubmitGroupAsync(HttpCall call)
    {
        var (requests, group) = await BodyReader.ReadAsync(
            call.Context, body => (body.Objects("requests", request => RequestBody.Read(request)), body.Text("group"))).ConfigureAwait(false);
        var submitted = await call.Client.TrainAllAsync(requests, group, KeyOf(call), call.Aborted).ConfigureAwait(false);
        await call.AnswerAsync(json => Spelling.Group(json, submitted), StatusCodes.Status201Created).ConfigureAwait(false);
    }

    public static async Task SubmitSweepAsync(HttpCall call)
    {
        var sweep = await BodyReader.ReadAsync(call.Context, body => RequestBody.ReadSweep(body, KeyOf(call))).ConfigureAwait(false);
        var submitted = await call.Client.TrainSweepAsync(sweep, call.Aborted).ConfigureAwait(false);
        await call.AnswerAsync(json => Spelling.Group(json, submitted), StatusCodes.Status201Created).ConfigureAwait(false);
    }

    public static async Task RerunAsync(HttpCall call)
    {
        var job = await call.Client.RerunAsync(call.Job(), call.Aborted).ConfigureAwait(false);
        await CreatedAsync(call, job).ConfigureAwait(false);
    }

    /// <summary>The page of a list; or, with ids, the statuses of these jobs, those that do not exist left out.</summary>
    public static async Task ListAsync(HttpCall call)
    {
        var query = new QueryReader(call.Context.Request.Query);
        if (query.Jobs("ids") is { } ids)
        {
            query.Check();
            var statuses = await call.Client.GetTrainingStatusesAsync(ids, call.Aborted).ConfigureAwait(false);
            await call.AnswerListAsync("trainings", statuses.OfType<TrainingStatus>(), Spelling.Status).ConfigureAwait(false);
            return;
        }

        var asked = new TrainingQuery
        {
            States = [.. query.States("state")],
            User = query.Text("user"),
            Algorithm = query.Text("algorithm"),
            DatasetId = query.Text("dataset"),
            Name = query.Text("name"),
            Group = query.Text("group"),
            Labels = query.Labels("label"),
            SubmittedFrom = query.Time("submitted_from"),
            SubmittedBefore = query.Time("submitted_before"),
            OldestFirst = query.Flag("oldest_first"),
            PageSize = query.Number("page_size") ?? 0,
            PageToken = query.Text("page_token"),
        };
        query.Check();
        var page = await call.Client.ListTrainingsAsync(asked, call.Aborted).ConfigureAwait(false);
        await call.AnswerListAsync("trainings", page.Trainings, Spelling.Status, json => json.WriteString("next_page_token", page.NextPageToken)).ConfigureAwait(false);
    }

    /// <summary>A status. Its revision is its tag, so that asking again costs nothing where nothing has changed.</summary>
    public static async Task GetAsync(HttpCall call)
    {
        var status = await call.Client.GetTrainingStatusAsync(call.Job(), call.Aborted).ConfigureAwait(false);

        // The place in the queue, and the words around it, change without a revision.
        var tag = string.Create(CultureInfo.InvariantCulture, $"\"{status.Revision}-{status.QueuePosition ?? 0}-{Hash(status.Message):x}\"");
        call.Context.Response.Headers.ETag = tag;
        if (call.Context.Request.Headers.IfNoneMatch == tag)
        {
            call.Context.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        await call.AnswerAsync(json => Spelling.Status(json, status)).ConfigureAwait(false);
    }

    public static async Task ExplainAsync(HttpCall call)
    {
        var explanation = await call.Client.ExplainAsync(call.Job(), call.Aborted).ConfigureAwait(false);
        await call.AnswerAsync(json => Spelling.Explanation(json, explanation)).ConfigureAwait(false);
    }

    public static async Task CancelAsync(HttpCall call)
    {
        await call.Client.CancelTrainingAsync(call.Job(), call.Aborted).ConfigureAwait(false);
        call.Done();
    }

    public static async Task CancelGroupAsync(HttpCall call)
    {
        var jobs = await call.Client.CancelGroupAsync(call.Part("group"), call.Aborted).ConfigureAwait(false);
        await call.AnswerAsync(json =>
        {
            json.WriteStartObject();
            Spelling.Jobs(json, jobs);
            json.WriteEndObject();
        }).ConfigureAwait(false);
    }

    public static async Task HoldAsync(HttpCall call)
    {
        await call.Client.HoldTrainingAsync(call.Job(), call.Aborted).ConfigureAwait(false);
        call.Done();
    }

    public static async Task ReleaseAsync(HttpCall call)
    {
        await call.Client.ReleaseTrainingAsync(call.Job(), call.Aborted).ConfigureAwait(false);
        call.Done();
    }

    /// <summary>The status, and each later one, up to the last, as server-sent events. The id of an event is its revision.</summary>
    public static async Task WatchAsync(HttpCall call)
    {
        var query = new QueryReader(call.Context.Request.Query);
        var after = query.Text("after") ?? call.Context.Request.Headers["Last-Event-ID"].FirstOrDefault() ?? "";
        query.Check();
        var place = PlaceOf(call.Job(), after);
        var statuses = place.Installation is null
            ? call.Client.WatchTrainingAsync(place.Job, place.Revision, call.Aborted)
            : call.Client.ResumeWatchAsync(place, call.Aborted);
        await EventStream.SendAsync(
            call, statuses, "status", s => string.Create(CultureInfo.InvariantCulture, $"{s.Revision}.{s.Installation?.Value}"), Spelling.Status).ConfigureAwait(false);
    }

    /// <summary>Lines of the log: a page of them, or with follow all of them as they come, as server-sent events.</summary>
    public static async Task ReadLogAsync(HttpCall call)
    {
        var query = new QueryReader(call.Context.Request.Query);
        var after = query.Text("after") ?? call.Context.Request.Headers["Last-Event-ID"].FirstOrDefault();
        var asked = new LogQuery
        {
            Attempt = query.Number("attempt"),
            Rank = query.Number("rank") ?? 0,
            Follow = query.Flag("follow"),
            Tail = query.Number("tail"),
            Since = query.Time("since"),
            After = after is null ? null : LogCursors.Read(after),
            Stream = StreamOf(query.Text("stream")),
        };
        query.Check();
        var lines = call.Client.StreamLogsAsync(call.Job(), asked, call.Aborted);
        if (asked.Follow)
        {
            await EventStream.SendAsync(call, lines, "line", l => LogCursors.Write(l.Cursor), Spelling.Line).ConfigureAwait(false);
            return;
        }

        var page = await lines.Take(MostLines).ToListAsync(call.Aborted).ConfigureAwait(false);
        await call.AnswerListAsync("lines", page, Spelling.Line, json =>
        {
            json.WriteString("after", page.Count > 0 ? LogCursors.Write(page[^1].Cursor) : after);
            json.WriteBoolean("has_more", page.Count == MostLines);
        }).ConfigureAwait(false);
    }

    private static Task CreatedAsync(HttpCall call, JobId job) =>
        call.AnswerAsync(json => Spelling.Submitted(json, job), StatusCodes.Status201Created);

    private static string? KeyOf(HttpCall call) => call.Context.Request.Headers["Idempotency-Key"].FirstOrDefault();

    private static WatchPosition PlaceOf(JobId job, string after)
    {
        if (after.Length == 0)
        {
            return new WatchPosition(job, null, 0);
        }

        var parts = after.Split('.', 2);
        return long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var revision)
            ? new WatchPosition(job, parts.Length == 2 && parts[1].Length > 0 ? new InstallationId(parts[1]) : null, revision)
            : throw TrainingException.Invalid("after", $"'{after}' is not the id of an event of this stream.");
    }

    private static OutputStream? StreamOf(string? text) => text is null ? null
        : Enum.TryParse<OutputStream>(text, ignoreCase: true, out var stream) && Enum.IsDefined(stream) && !char.IsAsciiDigit(text[0]) ? stream
        : throw TrainingException.Invalid("stream", $"'{text}' is no output: give {string.Join(" or ", Enum.GetNames<OutputStream>())}.");

    // The same text has the same hash on every host, which string.GetHashCode does not promise.
    private static uint Hash(string text) => text.Aggregate(2166136261u, (hash, c) => unchecked((hash ^ c) * 16777619u));
}
