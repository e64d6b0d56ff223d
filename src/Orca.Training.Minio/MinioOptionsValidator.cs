using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;
using static System.FormattableString;

namespace Orca.Training.Minio;

/// <summary>Says when the host starts which of the settings is wrong, what was found and what would be right; never the secret.</summary>
internal sealed partial class MinioOptionsValidator : IValidateOptions<MinioOptions>
{
    private static readonly TimeSpan ShortestLifetime = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan LongestLifetime = TimeSpan.FromDays(7);

    public ValidateOptionsResult Validate(string? name, MinioOptions options)
    {
        var found = new List<string>();
        RequireUrl(nameof(options.Endpoint), options.Endpoint, found);
        if (options.ContainerEndpoint is not null)
        {
            RequireUrl(nameof(options.ContainerEndpoint), options.ContainerEndpoint, found);
        }

        Require(!string.IsNullOrWhiteSpace(options.AccessKey), "AccessKey is empty: give the access key of a user of the server.", found);
        Require(!string.IsNullOrWhiteSpace(options.SecretKey), "SecretKey is empty: give the secret of the access key.", found);
        RequireNoBlanks(nameof(options.AccessKey), options.AccessKey, found);
        RequireNoBlanks(nameof(options.SecretKey), options.SecretKey, found);
        RequireNoBlanks(nameof(options.Region), options.Region, found);
        Require(options.CacheFolder?.Contains('\0', StringComparison.Ordinal) is not true, "CacheFolder contains a NUL character: give a folder, or leave it out.", found);
        Require(!string.IsNullOrWhiteSpace(options.Region), "Region is empty: give the server's, such as 'us-east-1'.", found);
        RequireBucket(nameof(options.DatasetBucket), options.DatasetBucket, found);
        RequireBucket(nameof(options.RunBucket), options.RunBucket, found);
        Require(
            options.DatasetBucket != options.RunBucket || string.IsNullOrEmpty(options.RunBucket),
            $"RunBucket is '{options.RunBucket}', which is also the DatasetBucket: use two different buckets.",
            found);
        Require(Enum.IsDefined(options.Datasets), $"Datasets is '{options.Datasets}': give Direct or Cached.", found);
        Require(Enum.IsDefined(options.Credentials), $"Credentials is '{options.Credentials}': give Auto, Temporary or PresignedUrls.", found);
        Require(options.CacheMiB >= 1, Invariant($"CacheMiB is {options.CacheMiB}: give at least 1."), found);
        Require(options.CacheFolder is null || options.CacheFolder.Trim().Length > 0, "CacheFolder is empty: give a folder, or leave it out.", found);
        Require(options.RoleArn is null || options.RoleArn.StartsWith("arn:", StringComparison.Ordinal), $"RoleArn is '{options.RoleArn}': give a role as 'arn:aws:iam:::role/NAME', or leave it out.", found);
        Require(
            options.CredentialLifetime >= ShortestLifetime && options.CredentialLifetime <= LongestLifetime,
            Invariant($"CredentialLifetime is {options.CredentialLifetime}: give a time from {ShortestLifetime} to {LongestLifetime}."),
            found);
        return found.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(found);
    }

    private static void RequireUrl(string setting, string? url, List<string> found) => Require(
        Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri is { Scheme: "http" or "https", AbsolutePath: "/", Query.Length: 0, Fragment.Length: 0, UserInfo.Length: 0 },
        $"{setting} is '{url}': give a URL of scheme, host and port, such as 'http://127.0.0.1:9000'.",
        found);

    // As copied with a line's end: the server would only say that the signature is wrong. The value stays unsaid, since it may be a secret.
    private static void RequireNoBlanks(string setting, string? value, List<string> found) => Require(
        string.IsNullOrWhiteSpace(value) || !value.Any(c => char.IsWhiteSpace(c) || char.IsControl(c)), $"{setting} contains white space: give it without.", found);

    private static void RequireBucket(string setting, string? bucket, List<string> found) =>
        Require(BucketName().IsMatch(bucket ?? ""), $"{setting} is '{bucket}': give 3 to 63 lower-case letters, digits and '-', beginning and ending with a letter or digit.", found);

    private static void Require(bool isRight, string problem, List<string> found)
    {
        if (!isRight)
        {
            found.Add($"OrcaTraining:Minio:{problem}");
        }
    }

    [GeneratedRegex(@"^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]\z")]
    private static partial Regex BucketName();
}
