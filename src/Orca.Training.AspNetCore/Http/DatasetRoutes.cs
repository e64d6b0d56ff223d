using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Orca.Training.AspNetCore.Access;
using Orca.Training.Client;
using Orca.Training.Datasets;
using Orca.Training.Datasets.Intents;

namespace Orca.Training.AspNetCore.Http;

/// <summary>Datasets, their versions and tags.</summary>
internal static class DatasetRoutes
{
    // A host may answer with another's client, and has no settings of its own then.
    private static readonly UploadPlaces ByDefault = new(() => new RequestLimits());

    /// <summary>
    /// Adds a version. The query has the name and the size in bytes of each file, and the body the bytes of all files, one after the other. A single file
    /// needs no size.
    /// </summary>
    public static async Task AddAsync(HttpCall call)
    {
        var query = new QueryReader(call.Context.Request.Query);
        var names = query.Texts("file");
        var sizes = query.Texts("size").Select(SizeOf).ToList();
        query.Check();
        if (names.Count == 0 || (sizes.Count != names.Count && (names.Count > 1 || sizes.Count > 0)))
        {
            throw TrainingException.Invalid("size", $"There are {names.Count} files and {sizes.Count} sizes: give each file's name and size, as in ?file=train.csv&size=1024.");
        }

        var places = call.Context.RequestServices.GetService<UploadPlaces>() ?? ByDefault;
        new DatasetSize(places.Limits).CheckCount(names.Count);
        using var place = places.Enter(Callers.NameOf(call.Context));
        if (call.Context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } bound)
        {
            // The service's own limits apply, as the bytes come.
            bound.MaxRequestBodySize = null;
        }

        // A store opens them one after the other, in this order, which is the order in which their bytes come.
        var body = call.Context.Request.Body;
        DatasetFile[] files =
        [
            .. names.Select((name, i) => new DatasetFile(name, _ => ValueTask.FromResult<Stream>(new BodyPart(body, name, sizes.Count > 0 ? sizes[i] : null)))),
        ];
        var version = await call.Client.Datasets.AddAsync(call.Part("dataset"), files, call.Aborted).ConfigureAwait(false);
        await call.AnswerAsync(json => Spelling.Version(json, version), StatusCodes.Status201Created).ConfigureAwait(false);
    }

    /// <summary>Adds a version of utterances and labels, which are texts in the body.</summary>
    public static async Task AddIntentsAsync(HttpCall call)
    {
        var (train, validation, test, split) = await BodyReader.ReadAsync(call.Context, body => (
            body.Required("train"),
            body.Text("validation"),
            body.Text("test"),
            body.Object("split", s => new IntentSplit(s.Integer("seed") ?? 0) { Validation = s.Number("validation") ?? 0, Test = s.Number("test") ?? 0 })))
            .ConfigureAwait(false);
        var added = await call.Client.Datasets.AddIntentsAsync(
            call.Part("dataset"), Csv("train.csv", train)!, Csv("validation.csv", validation), Csv("test.csv", test), split, call.Aborted).ConfigureAwait(false);
        await call.AnswerAsync(json => Spelling.Version(json, added.Version), StatusCodes.Status201Created).ConfigureAwait(false);
    }

    public static async Task ListAsync(HttpCall call)
    {
        var names = await call.Client.Datasets.ListAsync(call.Aborted).ConfigureAwait(false);
        await call.AnswerListAsync("datasets", names, (json, name) => json.WriteStringValue(name)).ConfigureAwait(false);
    }

    public static async Task ListVersionsAsync(HttpCall call)
    {
        var versions = await call.Client.Datasets.ListVersionsAsync(call.Part("dataset"), call.Aborted).ConfigureAwait(false);
        await call.AnswerListAsync("versions", versions, Spelling.Description).ConfigureAwait(false);
    }

    public static async Task ResolveAsync(HttpCall call)
    {
        var version = await call.Client.Datasets.ResolveAsync(call.Part("dataset"), call.Part("version"), call.Aborted).ConfigureAwait(false);
        await call.AnswerAsync(json => Spelling.Version(json, version)).ConfigureAwait(false);
    }

    public static async Task ListFilesAsync(HttpCall call)
    {
        var files = await call.Client.Datasets.ListFilesAsync(VersionOf(call), call.Aborted).ConfigureAwait(false);
        await call.AnswerListAsync("files", files, Spelling.File).ConfigureAwait(false);
    }

    public static async Task TagAsync(HttpCall call)
    {
        var version = await BodyReader.ReadAsync(call.Context, body => body.Required("version")).ConfigureAwait(false);
        await call.Client.Datasets.TagAsync(new DatasetVersion(call.Part("dataset"), version), call.Part("tag"), call.Aborted).ConfigureAwait(false);
        call.Done();
    }

    public static async Task RemoveTagAsync(HttpCall call)
    {
        await call.Client.Datasets.RemoveTagAsync(call.Part("dataset"), call.Part("tag"), call.Aborted).ConfigureAwait(false);
        call.Done();
    }

    public static async Task DeleteAsync(HttpCall call)
    {
        await call.Client.Datasets.DeleteAsync(VersionOf(call), call.Aborted).ConfigureAwait(false);
        call.Done();
    }

    private static DatasetVersion VersionOf(HttpCall call) => new(call.Part("dataset"), call.Part("version"));

    private static long SizeOf(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var size)
        ? size
        : throw TrainingException.Invalid("size", $"'{text}' is not a number of bytes.");

    private static CsvSource? Csv(string name, string? text) =>
        text is null ? null : new CsvSource(name, _ => ValueTask.FromResult<Stream>(new MemoryStream(Encoding.UTF8.GetBytes(text))));
}
