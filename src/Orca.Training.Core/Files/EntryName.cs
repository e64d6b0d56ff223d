using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace Orca.Training.Files;

/// <summary>
/// A name as it stands in its folder: bytes, of which file systems on Unix take any but '/' and NUL. The framework's strings show every byte
/// that is no UTF-8 as the same character, so that names that differ look alike; who compares, creates or opens takes the bytes.
/// </summary>
internal readonly record struct EntryName
{
    /// <summary>The longest that file systems take, in bytes.</summary>
    public const int MaxBytes = 255;

    private readonly byte[] _bytes;

    public EntryName(ReadOnlySpan<byte> bytes) => _bytes = bytes.ToArray();

    public EntryName(string text) => _bytes = Encoding.UTF8.GetBytes(text);

    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>Whether it is text.</summary>
    public bool IsText => Utf8.IsValid(_bytes);

    /// <summary>The text; where it is none, as much of it as is, with the other bytes as <c>\xFF</c>.</summary>
    public string Text => TextOf(_bytes);

    /// <summary>Bytes as text, those that are no UTF-8 as <c>\xFF</c>.</summary>
    public static string TextOf(ReadOnlySpan<byte> bytes)
    {
        if (Utf8.IsValid(bytes))
        {
            return Encoding.UTF8.GetString(bytes);
        }

        var text = new StringBuilder();
        while (bytes.Length > 0)
        {
            var isRune = Rune.DecodeFromUtf8(bytes, out var rune, out var length) is System.Buffers.OperationStatus.Done;
            if (isRune)
            {
                text.Append(rune.ToString());
            }
            else
            {
                foreach (var octet in bytes[..length])
                {
                    text.Append(CultureInfo.InvariantCulture, $"\\x{octet:X2}");
                }
            }

            bytes = bytes[length..];
        }

        return text.ToString();
    }

    /// <summary>With the NUL that the kernel wants.</summary>
    public byte[] ForKernel() => [.. _bytes, 0];

    public bool Equals(EntryName other) => Bytes.SequenceEqual(other.Bytes);

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.AddBytes(_bytes);
        return hash.ToHashCode();
    }

    public override string ToString() => Text;
}
