using System.Globalization;
using System.Text.Json;
using Orca.Training.Access;
using Orca.Training.Datasets;
using Orca.Training.Minio.Artifacts;
using Orca.Training.Minio.Objects;

namespace Orca.Training.Minio.Access;

/// <summary>
/// Writes the document of all URLs and forms by which an attempt reaches its places: an object beside its output, to which one URL in its
/// environment leads. So neither the number of files nor a renewal is a matter of the environment.
/// </summary>
internal sealed class PresignedAccess(S3Server server)
{
    private const int LargestManifest = 64 << 20;
    private const int Version = 1;

    // What this very attempt may save and wish to read again, by the rule for checkpoints.
    private static readonly string[] CheckpointsToCome = ["best", "index.json", "last"];

    /// <summary>Writes the document anew.</summary>
    /// <returns>A URL that leads to it for as long as those in it hold.</returns>
    public async Task<(string Url, DateTimeOffset ExpiresAt)> WriteAsync(AttemptAccess access, CancellationToken cancellationToken)
    {
        var now = server.Time.GetUtcNow();
        var (lifetime, expires) = (server.Options.CredentialLifetime, now + server.Options.CredentialLifetime);
        var runs = server.Bucket(server.Options.RunBucket);
        var key = RunKeys.Access(access.Attempt);
        var self = runs.PresignForContainer(key, lifetime);
        using var text = new MemoryStream();
        await using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartObject();
            json.WriteNumber("version", Version);
            json.WriteString("expires", expires.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
            json.WriteString("self", self);
            WriteUrls(json, "data", access.Data, await DataFilesAsync(access.Data, cancellationToken), lifetime);
            WriteUrls(json, "model", access.Model, access.ModelFiles.Select(f => f.Name), lifetime);
            json.WritePropertyName("output");
            WriteForm(json, FormOf(access.Places.Output, now, expires));
            json.WriteStartObject("checkpoint");
            WriteUrls(json, "read", access.Places.Checkpoint, (await NamesAsync(access.Places.Checkpoint, cancellationToken)).Union(CheckpointsToCome), lifetime);
            json.WritePropertyName("write");
            WriteForm(json, FormOf(access.Places.Checkpoint, now, expires));
            json.WriteEndObject();
            json.WriteEndObject();
        }

        await runs.PutAsync(key, text.ToArray(), cancellationToken);
        return (self, expires);
    }

    private async Task<IEnumerable<string>> DataFilesAsync(Uri? data, CancellationToken cancellationToken)
    {
        if (data is null)
        {
            return [];
        }

        var manifestAt = SessionPolicy.ParentOf(S3Address.Of(data)).Below("manifest.json");
        var bytes = await server.BucketOf(manifestAt).ReadAsync(manifestAt.Key, LargestManifest, cancellationToken)
            ?? throw new DatasetException($"The manifest of the dataset, '{manifestAt}', no longer exists: add its files again.");
        using var stream = new MemoryStream(bytes);
        var manifest = await DatasetManifest.ReadAsync(stream, cancellationToken)
            ?? throw new DatasetException($"'{manifestAt}' is not the manifest of a dataset: add its files again.");
        return manifest.Files.Select(f => f.Name);
    }

    private async Task<IEnumerable<string>> NamesAsync(Uri place, CancellationToken cancellationToken)
    {
        var address = S3Address.Of(place);
        var prefix = address.Key + "/";
        return await server.BucketOf(address).ListAsync(prefix, cancellationToken).Select(o => o.Key[prefix.Length..]).ToListAsync(cancellationToken);
    }

    private void WriteUrls(Utf8JsonWriter json, string property, Uri? place, IEnumerable<string> names, TimeSpan lifetime)
    {
        json.WriteStartObject(property);
        foreach (var name in place is null ? [] : names)
        {
            var address = S3Address.Of(place!).Below(name);
            json.WriteString(name, server.BucketOf(address).PresignForContainer(address.Key, lifetime));
        }

        json.WriteEndObject();
    }

    private PresignedForm FormOf(Uri place, DateTimeOffset now, DateTimeOffset expires)
    {
        var address = S3Address.Of(place);
        return PresignedForm.Of(server.Options, server.ContainerEndpoint, address.Bucket, address.Key + "/", now, expires);
    }

    private static void WriteForm(Utf8JsonWriter json, PresignedForm form)
    {
        json.WriteStartObject();
        json.WriteString("url", form.Url);
        json.WriteStartObject("fields");
        foreach (var (name, value) in form.Fields)
        {
            json.WriteString(name, value);
        }

        json.WriteEndObject();
        json.WriteString("prefix", form.Prefix);
        json.WriteEndObject();
    }
}
