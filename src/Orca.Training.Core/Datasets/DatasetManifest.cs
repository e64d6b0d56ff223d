using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Orca.Training.Datasets;

/// <summary>What a snapshot consists of. Its hash is the version, in every store.</summary>
internal sealed class DatasetManifest
{
    /// <param name="files">The files, in any order.</param>
    public DatasetManifest(IEnumerable<SnapshotFile> files)
    {
        Files = [.. files.OrderBy(f => f.Name, StringComparer.Ordinal)];
        Hash = HashOf(Files);
    }

    /// <summary>The files in ordinal order of their names.</summary>
    public IReadOnlyList<SnapshotFile> Files { get; }

    /// <summary>
    /// The SHA-256 over one line a file, "sha256 size name" and a line feed in UTF-8, in the order of <see cref="Files"/>; names
    /// hold no line feed, so that no two lists of files share their lines.
    /// </summary>
    public string Hash { get; }

    /// <summary>Writes it as JSON, for people and for <see cref="ReadAsync"/>.</summary>
    public async Task WriteAsync(Stream stream, CancellationToken cancellationToken)
    {
        await using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteString("version", Hash);
        json.WriteStartArray("files");
        foreach (var file in Files)
        {
            json.WriteStartObject();
            json.WriteString("name", file.Name);
            json.WriteNumber("size", file.Size);
            json.WriteString("sha256", file.Sha256);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        await json.FlushAsync(cancellationToken);
    }

    /// <summary>Reads what <see cref="WriteAsync"/> wrote; null if it is something else.</summary>
    public static async Task<DatasetManifest?> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        try
        {
            using var json = await JsonDocument.ParseAsync(stream, cancellationToken: cancellationToken);
            return new DatasetManifest(json.RootElement.GetProperty("files").EnumerateArray().Select(f => new SnapshotFile(
                f.GetProperty("name").GetString() ?? "", f.GetProperty("size").GetInt64(), f.GetProperty("sha256").GetString() ?? "")));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            // All the ways in which JSON can be another's: the caller knows whose it should have been.
            return null;
        }
    }

    private static string HashOf(IReadOnlyList<SnapshotFile> files)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in files)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{file.Sha256} {file.Size} {file.Name}\n")));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
