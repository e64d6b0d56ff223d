using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;
using Orca.Training.AspNetCore.Access;
using Orca.Training.AspNetCore.Problems;
using Orca.Training.Client;
using Orca.Training.Jobs;
using Orca.Training.Runs;

namespace Orca.Training.AspNetCore.Downloads;

/// <summary>What browsers and download tools get by HTTP: files of runs and of models, with ranges, and runs as JSON lines.</summary>
internal static class DownloadEndpoints
{
    private const string Root = "/orca-training";

    // Of what is larger, no first bytes are looked at: it is no picture for a page, and each look opens the file once more.
    private const long LargestPicture = 64 << 20;

    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head];

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapMethods($"{Root}/jobs/{{job}}/artifacts/{{**file}}", Methods, context => AnswerAsync(context, ArtifactAsync));
        endpoints.MapMethods($"{Root}/models/{{model}}/{{version}}/files/{{**file}}", Methods, context => AnswerAsync(context, ModelFileAsync));
        endpoints.MapMethods($"{Root}/models/{{model}}/{{version}}/files", Methods, context => AnswerAsync(context, ModelFilesAsync));
        endpoints.MapMethods($"{Root}/runs.jsonl", [HttpMethods.Get], context => AnswerAsync(context, RunsAsync));
    }

    private static async Task AnswerAsync(HttpContext context, Func<HttpContext, ITrainingClient, Task> answer)
    {
        try
        {
            await answer(context, Callers.For(context)).ConfigureAwait(false);
        }
        catch (TrainingException e) when (!context.Response.HasStarted)
        {
            context.Response.StatusCode = Problem.StatusOf(e.Error);
            context.Response.ContentType = "text/plain; charset=utf-8";
            await context.Response.WriteAsync(e.Message + "\n", context.RequestAborted).ConfigureAwait(false);
        }
    }

    public static async Task ArtifactAsync(HttpContext context, ITrainingClient client)
    {
        var (id, name) = (Text(context, "job"), Text(context, "file"));
        var job = long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? new JobId(number) : throw NoJob(id);
        var artifact = await EitherAsync(name, n => client.Runs.FindArtifactAsync(job, n, context.RequestAborted)).ConfigureAwait(false);
        await SendAsync(context, artifact, (offset, token) => client.Runs.OpenArtifactAsync(job, artifact.Name, offset, token)).ConfigureAwait(false);
    }

    public static async Task ModelFileAsync(HttpContext context, ITrainingClient client)
    {
        var (model, file) = (Text(context, "model"), Text(context, "file"));
        var version = await EitherAsync(model, m => client.Models.GetAsync(m, Text(context, "version"), context.RequestAborted)).ConfigureAwait(false);
        var reference = version.Version.ToString(CultureInfo.InvariantCulture);
        var found = await EitherAsync(file, f => client.Models.FindFileAsync(version, f, context.RequestAborted)).ConfigureAwait(false);
        TellVersion(context, version.Name, reference, "/" + found.Name);
        await SendAsync(context, found, (offset, token) => client.Models.OpenFileAsync(version.Name, reference, found.Name, offset, token)).ConfigureAwait(false);
    }

    /// <summary>What is found by a name as it stands in the address, in which the server leaves an escaped slash as it is, or else by the name that has the slash.</summary>
    private static async Task<T> EitherAsync<T>(string name, Func<string, Task<T>> find)
    {
        const string slash = "%2F";
        try
        {
            return await find(name).ConfigureAwait(false);
        }
        catch (TrainingException e) when (e.Error is TrainingError.NotFound && name.Contains(slash, StringComparison.OrdinalIgnoreCase))
        {
            try
            {
                return await find(name.Replace(slash, "/", StringComparison.OrdinalIgnoreCase)).ConfigureAwait(false);
            }
            catch (TrainingException neither) when (neither.Error is TrainingError.NotFound)
            {
                throw e;
            }
        }
    }

    /// <summary>The names of a version's files, a line each. An alias is resolved here once: Content-Location has the number, below which all of them are.</summary>
    private static async Task ModelFilesAsync(HttpContext context, ITrainingClient client)
    {
        var model = Text(context, "model");
        var version = await EitherAsync(model, m => client.Models.GetAsync(m, Text(context, "version"), context.RequestAborted)).ConfigureAwait(false);
        var files = await client.Models.AllFilesAsync(version, context.RequestAborted).ConfigureAwait(false);
        TellVersion(context, version.Name, version.Version.ToString(CultureInfo.InvariantCulture), "");
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.WriteAsync(string.Concat(files.Select(f => f.Name + "\n")), context.RequestAborted).ConfigureAwait(false);
        }
    }

    private static void TellVersion(HttpContext context, string model, string version, string file) =>
        context.Response.Headers.ContentLocation = new PathString($"{Root}/models/{model}/{version}/files{file}").ToUriComponent();

    private static async Task RunsAsync(HttpContext context, ITrainingClient client)
    {
        var query = RunsQuery.Of(context.Request.Query);
        var runs = await client.Runs.QueryAsync(query, context.RequestAborted).ConfigureAwait(false);
        context.Response.ContentType = "application/jsonl; charset=utf-8";
        await RunExport.WriteAsync(context.Response.Body, runs, context.RequestAborted).ConfigureAwait(false);
    }

    private static async Task SendAsync(HttpContext context, Artifact file, Func<long, CancellationToken, Task<Stream>> open)
    {
        // For who checks what came: the hash is that of the whole file, also where a range is asked for.
        context.Response.Headers["Repr-Digest"] = $"sha-256=:{Convert.ToBase64String(Convert.FromHexString(file.Sha256))}:";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        var stream = new RangedStream(file.Size, open);
        await using (stream.ConfigureAwait(false))
        {
            // What trainings left is nobody's page: it is saved, and not shown. A picture may be looked at, and can do nothing.
            context.Response.Headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
            var picture = file.Size > LargestPicture ? null : await Pictures.TypeOfAsync(stream, context.RequestAborted).ConfigureAwait(false);
            var result = TypedResults.Stream(
                stream,
                picture ?? "application/octet-stream",
                picture is null ? Path.GetFileName(file.Name) : null,
                entityTag: new EntityTagHeaderValue($"\"{file.Sha256}\""),
                enableRangeProcessing: true);
            await result.ExecuteAsync(context).ConfigureAwait(false);
        }
    }

    private static string Text(HttpContext context, string name) => context.Request.RouteValues[name] as string ?? "";

    private static TrainingException NoJob(string id) => new(TrainingError.NotFound, $"There is no job '{id}': a job's id is a number.");
}
