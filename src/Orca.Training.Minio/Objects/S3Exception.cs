using System.Net;

namespace Orca.Training.Minio;

/// <summary>Thrown if a call to an S3 server fails. The message names the server, the bucket and the key, but never a credential.</summary>
public sealed class S3Exception : IOException
{
    internal S3Exception(string message, string? code, HttpStatusCode? status, Exception? inner = null)
        : base(message, inner)
    {
        Code = code;
        Status = status;
    }

    /// <summary>The error code of the server, such as <c>NoSuchBucket</c>. Null if it did not answer.</summary>
    public string? Code { get; }

    /// <summary>The HTTP status. Null if the server did not answer.</summary>
    public HttpStatusCode? Status { get; }

    /// <summary>Whether there is no such object.</summary>
    internal bool IsMissing => Status is HttpStatusCode.NotFound && Code is not "NoSuchBucket";

    /// <summary>Whether there is no such bucket.</summary>
    internal bool IsBucketMissing => Code is "NoSuchBucket";
}
