using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Orca.Training.Jobs;

namespace Orca.Training.Client;

/// <summary>
/// Where a list goes on: after a job, in one installation, for one query. Opaque to callers, who can do no harm by making one up: it
/// says no more than a place. Pure.
/// </summary>
/// <remarks>A version (1 byte), the job (8), and 8 bytes each of a hash of the installation, of the query and of all before.</remarks>
internal static class PageToken
{
    private const byte Version = 1;
    private const int Length = 33;
    private const int HashLength = 8;

    public static string After(JobId job, InstallationId installation, TrainingQuery query)
    {
        Span<byte> token = stackalloc byte[Length];
        token[0] = Version;
        BinaryPrimitives.WriteInt64BigEndian(token[1..], job.Value);
        Hash(installation.Value, token.Slice(9, HashLength));
        Hash(Conditions(query), token.Slice(17, HashLength));
        Hash(token[..25], token[25..]);
        return Base64Url.EncodeToString(token);
    }

    /// <summary>The job after which the query's page begins; null for the first page, and when the token is wrong.</summary>
    public static JobId? Read(TrainingQuery query, InstallationId installation, out FieldViolation? violation)
    {
        violation = null;
        if (query.PageToken is not { } text)
        {
            return null;
        }

        Span<byte> token = stackalloc byte[Length];
        Span<byte> hash = stackalloc byte[HashLength];
        if (!TryDecode(text, token))
        {
            violation = Wrong("It is not a page token: give the one of the previous page, or none for the first page.");
            return null;
        }

        Hash(installation.Value, hash);
        if (!hash.SequenceEqual(token.Slice(9, HashLength)))
        {
            violation = Wrong("It belongs to another installation, for example from before a restart of a service with jobs in memory: start again with the first page.");
            return null;
        }

        Hash(Conditions(query), hash);
        if (!hash.SequenceEqual(token.Slice(17, HashLength)))
        {
            violation = Wrong("It belongs to a list with other conditions: repeat those of the previous page, or start again with the first page.");
            return null;
        }

        return new JobId(BinaryPrimitives.ReadInt64BigEndian(token[1..]));
    }

    private static bool TryDecode(string text, Span<byte> token)
    {
        // The length is asked first, and so bounds what a caller can have decoded; the characters next, since decoding others throws.
        if (text.Length != Base64Url.GetEncodedLength(Length) || !Base64Url.IsValid(text)
            || !Base64Url.TryDecodeFromChars(text, token, out var length) || length != Length)
        {
            return false;
        }

        Span<byte> hash = stackalloc byte[HashLength];
        Hash(token[..25], hash);
        return token[0] == Version && hash.SequenceEqual(token[25..]);
    }

    private static FieldViolation Wrong(string description) => new("page_token", description);

    /// <summary>A text that is the same for two queries exactly if their conditions and order are; checked texts hold no control characters.</summary>
    private static string Conditions(TrainingQuery query)
    {
        var text = new StringBuilder();
        text.AppendJoin(',', query.States.Select(s => (int)s)).Append('\n')
            .Append(query.User).Append('\n').Append(query.Algorithm).Append('\n').Append(query.DatasetId).Append('\n').Append(query.Name).Append('\n')
            .Append(CultureInfo.InvariantCulture, $"{query.SubmittedFrom?.UtcTicks}\n{query.SubmittedBefore?.UtcTicks}\n{query.OldestFirst}\n");
        if (query.Group is { } group)
        {
            // Only where it is asked for: a token that was given before there were groups still holds.
            text.Append('\t').Append(group).Append('\n');
        }

        foreach (var (name, value) in query.Labels.OrderBy(l => l.Key, StringComparer.Ordinal))
        {
            text.Append(name).Append('\n').Append(value).Append('\n');
        }

        return text.ToString();
    }

    private static void Hash(string text, Span<byte> hash) => Hash(Encoding.UTF8.GetBytes(text), hash);

    private static void Hash(ReadOnlySpan<byte> bytes, Span<byte> hash)
    {
        Span<byte> all = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, all);
        all[..HashLength].CopyTo(hash);
    }
}
