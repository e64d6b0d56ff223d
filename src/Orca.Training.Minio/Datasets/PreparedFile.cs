using Orca.Training.Datasets;

namespace Orca.Training.Minio.Datasets;

/// <summary>A file whose content is known, before it is known to which version it belongs.</summary>
/// <param name="File">Name, size and hash.</param>
/// <param name="Content">The content, where it is held in memory; else it lies under <paramref name="Staged"/>.</param>
/// <param name="Staged">The key at which it waits on the server; null where it is held in memory.</param>
internal sealed record PreparedFile(SnapshotFile File, byte[]? Content, string? Staged);
