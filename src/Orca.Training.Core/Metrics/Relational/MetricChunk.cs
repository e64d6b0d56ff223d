using System.Runtime.InteropServices;

namespace Orca.Training.Metrics.Relational;

/// <summary>
/// Points of a series as they lie in one row: all of them, and an outline of each stretch of 256 by its least and its greatest. What a plot of a long series
/// shows can be read from the outlines alone, a hundredth of the bytes.
/// </summary>
internal static class MetricChunk
{
    /// <summary>The most points of a row.</summary>
    public const int MaxPoints = 4096;

    /// <summary>Points that one pair of an outline stands for.</summary>
    public const int Stretch = 256;

    private const int PointSize = 3 * sizeof(double);

    public static byte[] Write(List<MetricPoint> list)
    {
        var points = CollectionsMarshal.AsSpan(list);
        var bytes = new byte[points.Length * PointSize];
        var numbers = MemoryMarshal.Cast<byte, double>(bytes.AsSpan());
        for (var i = 0; i < points.Length; i++)
        {
            var (step, value, timestamp) = points[i];
            numbers[i * 3] = step;
            numbers[(i * 3) + 1] = value;
            numbers[(i * 3) + 2] = BitConverter.Int64BitsToDouble(timestamp);
        }

        return bytes;
    }

    public static void Read(ReadOnlySpan<byte> bytes, List<MetricPoint> points)
    {
        var numbers = MemoryMarshal.Cast<byte, double>(bytes);
        points.EnsureCapacity(points.Count + (numbers.Length / 3));
        for (var i = 0; i + 2 < numbers.Length; i += 3)
        {
            points.Add(new MetricPoint(numbers[i], numbers[i + 1], BitConverter.DoubleToInt64Bits(numbers[i + 2])));
        }
    }

    public static byte[] Outline(List<MetricPoint> points)
    {
        var kept = new List<MetricPoint>();
        for (var left = CollectionsMarshal.AsSpan(points); !left.IsEmpty; left = left[Math.Min(Stretch, left.Length)..])
        {
            Downsampling.AddPeaks(left[..Math.Min(Stretch, left.Length)], kept);
        }

        return Write(kept);
    }
}
