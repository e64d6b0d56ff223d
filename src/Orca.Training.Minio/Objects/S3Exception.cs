using System.Net;

namespace Orca.Training.Minio;

/// <summary>
/// An S3 server did not do what it was asked to. The message names server, bucket and key, and never a credential.
/// </summary>
public sealed class S3Exception : IOException
{
    internal S3Exception(string message, string? code, HttpStatusCode? status, Exception? inner = null)
        : base(message, inner)
    {
        Code = code;
        Status = status;
    }

    /// <summary>The server's own word for it, such as <c>NoSuchBucket</c>; null if it did not answer.</summary>
    public string? Code { get; }

    /// <summary>The HTTP status; null if it did not answer.</summary>
    public HttpStatusCode? Status { get; }

    /// <summary>Whether there is no such object.</summary>
    internal bool IsMissing => Status is HttpStatusCode.NotFound && Code is not "NoSuchBucket";

    /// <summary>Whether there is no such bucket.</summary>
    internal bool IsBucketMissing => Code is "NoSuchBucket";
}
