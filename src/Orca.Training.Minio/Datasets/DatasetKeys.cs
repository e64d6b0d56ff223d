using Orca.Training.Datasets;

namespace Orca.Training.Minio.Datasets;

/// <summary>Where the parts of a dataset lie in their bucket.</summary>
internal static class DatasetKeys
{
    /// <summary>What adds prepare; no dataset's id begins with this character.</summary>
    public const string Adding = "~adding/";

    public static string Dataset(string id) => $"{id}/";

    public static string Files(DatasetVersion version) => $"{version.DatasetId}/{version.Hash}/files";

    public static string File(DatasetVersion version, string name) => $"{Files(version)}/{name}";

    /// <summary>A version is there if and only if this is.</summary>
    public static string Manifest(DatasetVersion version) => $"{version.DatasetId}/{version.Hash}/manifest.json";

    /// <summary>Is there while the version's files are being deleted.</summary>
    public static string Deleting(DatasetVersion version) => $"{version.DatasetId}/{version.Hash}/deleting";

    /// <summary>When the version was last added.</summary>
    public static string Added(DatasetVersion version) => $"{version.DatasetId}/{version.Hash}/added";

    public static string Newest(string id) => $"{id}/newest";

    public static string Tags(string id) => $"{id}/tags/";

    public static string Tag(string id, string tag) => Tags(id) + tag;
}
