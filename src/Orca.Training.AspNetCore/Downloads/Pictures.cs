namespace Orca.Training.AspNetCore.Downloads;

/// <summary>
/// Which files a browser may show: PNG and JPEG, told by their first bytes and never by their names, and nothing else. SVG and HTML are programs.
/// </summary>
internal static class Pictures
{
    private const int Longest = 8;

    private static ReadOnlySpan<byte> Png => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    private static ReadOnlySpan<byte> Jpeg => [0xFF, 0xD8, 0xFF];

    /// <summary>The media type of a picture; null for anything else. The stream is at its beginning afterwards.</summary>
    public static async Task<string?> TypeOfAsync(RangedStream file, CancellationToken cancellationToken)
    {
        var first = new byte[Longest];
        var length = await file.ReadAtLeastAsync(first, Longest, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        file.Seek(0, SeekOrigin.Begin);
        return TypeOf(first.AsSpan(0, length));
    }

    internal static string? TypeOf(ReadOnlySpan<byte> first) =>
        first.StartsWith(Png) ? "image/png" : first.StartsWith(Jpeg) ? "image/jpeg" : null;
}
