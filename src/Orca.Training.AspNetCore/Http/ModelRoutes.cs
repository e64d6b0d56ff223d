using System.Globalization;
using Orca.Training.Client;

namespace Orca.Training.AspNetCore.Http;

/// <summary>Models, their versions and aliases.</summary>
internal static class ModelRoutes
{
    public static async Task ListAsync(HttpCall call)
    {
        var names = await call.Client.Models.ListAsync(call.Aborted).ConfigureAwait(false);
        await call.AnswerListAsync("models", names, (json, name) => json.WriteStringValue(name)).ConfigureAwait(false);
    }

    public static async Task ListVersionsAsync(HttpCall call)
    {
        var versions = await call.Client.Models.ListVersionsAsync(call.Part("model"), call.Aborted).ConfigureAwait(false);
        await call.AnswerListAsync("versions", versions, Spelling.Version).ConfigureAwait(false);
    }

    public static async Task GetAsync(HttpCall call)
    {
        var version = await call.Client.Models.GetAsync(call.Part("model"), call.Part("version"), call.Aborted).ConfigureAwait(false);
        await call.AnswerAsync(json => Spelling.Version(json, version)).ConfigureAwait(false);
    }

    public static async Task ListFilesAsync(HttpCall call)
    {
        var files = await call.Client.Models.ListFilesAsync(call.Part("model"), call.Part("version"), call.Aborted).ConfigureAwait(false);
        await call.AnswerListAsync("files", files, Spelling.File).ConfigureAwait(false);
    }

    public static async Task SetAliasAsync(HttpCall call)
    {
        var version = await BodyReader.ReadAsync(call.Context, body => body.Integer("version")).ConfigureAwait(false)
            ?? throw TrainingException.Invalid("version", "It is missing: give the number of a version.");
        await call.Client.Models.SetAliasAsync(call.Part("model"), call.Part("alias"), version, call.Aborted).ConfigureAwait(false);
        call.Done();
    }

    public static async Task RemoveAliasAsync(HttpCall call)
    {
        await call.Client.Models.RemoveAliasAsync(call.Part("model"), call.Part("alias"), call.Aborted).ConfigureAwait(false);
        call.Done();
    }

    public static async Task RemoveAsync(HttpCall call)
    {
        if (!int.TryParse(call.Part("version"), NumberStyles.None, CultureInfo.InvariantCulture, out var version))
        {
            throw new TrainingException(TrainingError.NotFound, $"'{call.Part("version")}' is not the number of a version.");
        }

        await call.Client.Models.RemoveAsync(call.Part("model"), version, call.Aborted).ConfigureAwait(false);
        call.Done();
    }
}
