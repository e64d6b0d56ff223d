using System.Diagnostics.CodeAnalysis;

namespace Orca.Training.Access;

/// <summary>A place on an S3 server, spelt as <c>s3://bucket/key</c>: an object, or what a number of keys begin with.</summary>
/// <param name="Bucket">The bucket.</param>
/// <param name="Key">The key, or prefix, without slashes at its ends.</param>
internal readonly record struct S3Address(string Bucket, string Key)
{
    private const string Scheme = "s3";

    public static S3Address Of(Uri place) =>
        TryRead(place, out var address) ? address : throw new ArgumentException($"'{place}' is not an address on an S3 server: it must have the form s3://bucket/key.", nameof(place));

    public static bool TryRead([NotNullWhen(true)] Uri? place, out S3Address address)
    {
        address = default;
        if (place is not { IsAbsoluteUri: true, Scheme: Scheme, Host.Length: > 0 })
        {
            return false;
        }

        address = new S3Address(place.Host, Uri.UnescapeDataString(place.AbsolutePath.Trim('/')));
        return true;
    }

    /// <summary>What lies below it.</summary>
    public S3Address Below(string name) => this with { Key = $"{Key}/{name}" };

    public Uri ToUri() => new($"{Scheme}://{Bucket}/{string.Join('/', Key.Split('/').Select(Uri.EscapeDataString))}");

    /// <summary>For people, and for tools that take such addresses: nothing is escaped.</summary>
    public override string ToString() => $"{Scheme}://{Bucket}/{Key}";
}
