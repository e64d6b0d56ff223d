using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Orca.Training.AspNetCore.Access;
using Orca.Training.AspNetCore.Problems;
using Orca.Training.Client;
using Orca.Training.Jobs;

namespace Orca.Training.AspNetCore.Http;

/// <summary>A call over HTTP: who makes it, what its address names, and how it is answered. The host's JSON options do not apply.</summary>
internal sealed class HttpCall(HttpContext context)
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The client that acts for the caller.</summary>
    public ITrainingClient Client { get; } = Callers.For(context);

    public HttpContext Context => context;

    public CancellationToken Aborted => context.RequestAborted;

    /// <summary>Runs a handler. What it throws becomes problem details, in the spelling of this door.</summary>
    public static RequestDelegate Handled(Func<HttpCall, Task> handle) => async context =>
    {
        try
        {
            await handle(new HttpCall(context)).ConfigureAwait(false);
        }
        catch (TrainingException refusal) when (!context.Response.HasStarted)
        {
            await Problem.WriteAsync(context, FieldNames.OfThisDoor(refusal)).ConfigureAwait(false);
        }
    };

    /// <summary>A part of the address. The server leaves an escaped slash in it as it is.</summary>
    public string Part(string name) => (context.Request.RouteValues[name] as string ?? "").Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);

    /// <summary>The job that the address names.</summary>
    /// <exception cref="TrainingException">It is no job's id.</exception>
    public JobId Job() => JobId.TryParse(Part("job"), null, out var job)
        ? job
        : throw new TrainingException(TrainingError.NotFound, $"There is no job '{Part("job")}': a job's id is a positive whole number.");

    /// <summary>Answers with JSON.</summary>
    public async Task AnswerAsync(Action<Utf8JsonWriter> write, int status = StatusCodes.Status200OK)
    {
        // The whole answer is made first: what cannot be written is an error and no half answer. The calls bound its size.
        using var body = new MemoryStream();
        using (var json = new Utf8JsonWriter(body, Options))
        {
            write(json);
        }

        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = "application/json; charset=utf-8";
        response.ContentLength = body.Length;
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.CacheControl = "no-store";
        await response.Body.WriteAsync(body.GetBuffer().AsMemory(0, (int)body.Length), Aborted).ConfigureAwait(false);
    }

    /// <summary>Answers with an object whose one property is an array.</summary>
    public Task AnswerListAsync<T>(string name, IEnumerable<T> items, Action<Utf8JsonWriter, T> write, Action<Utf8JsonWriter>? after = null) =>
        AnswerAsync(json =>
        {
            json.WriteStartObject();
            json.WriteStartArray(name);
            foreach (var item in items)
            {
                write(json, item);
            }

            json.WriteEndArray();
            after?.Invoke(json);
            json.WriteEndObject();
        });

    /// <summary>Answers that it is done, and there is nothing to tell.</summary>
    public void Done() => context.Response.StatusCode = StatusCodes.Status204NoContent;
}
