namespace Orca.Training.Minio.Objects;

/// <summary>An object, as a listing or a look shows it.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Size">Bytes.</param>
/// <param name="ETag">What its content is known by: another content has another one.</param>
/// <param name="ModifiedAt">When it was written, by the server's clock.</param>
internal sealed record S3Object(string Key, long Size, string ETag, DateTimeOffset ModifiedAt);
