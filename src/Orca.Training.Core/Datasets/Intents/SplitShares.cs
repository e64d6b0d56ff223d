using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Orca.Training.Datasets.Intents;

/// <summary>How many rows of each label a part gets. Pure: it depends on its arguments alone, and not on their order.</summary>
internal static class SplitShares
{
    /// <summary>Whole parts first, then one more to those with the largest remainders, until the part has its fraction of all.</summary>
    /// <param name="rows">The rows of each label.</param>
    /// <param name="room">How many of them each label can give.</param>
    /// <param name="fraction">The share of all rows; above 0.</param>
    /// <param name="seed">Decides between equal remainders.</param>
    /// <param name="part">The part's name, so that two parts decide differently.</param>
    public static Dictionary<string, long> Of(
        IReadOnlyDictionary<string, long> rows, IReadOnlyDictionary<string, long> room, double fraction, long seed, string part)
    {
        // In decimal digits, as people write it: 0.29 of 100 is 29.
        var exact = (decimal)fraction;
        var missing = Math.Max(1, (long)Math.Round(exact * rows.Values.Sum(), MidpointRounding.AwayFromZero));
        var shares = new Dictionary<string, long>(rows.Count, StringComparer.Ordinal);
        foreach (var (label, count) in rows)
        {
            shares[label] = Math.Min((long)(exact * count), room[label]);
            missing -= shares[label];
        }

        var order = rows
            .OrderByDescending(r => exact * r.Value % 1)
            .ThenBy(r => Draw(seed, $"{part} {r.Key}", 0))
            .ThenBy(r => r.Key, StringComparer.Ordinal)
            .Select(r => r.Key)
            .ToList();
        for (var isGiven = true; isGiven && missing > 0;)
        {
            isGiven = false;
            foreach (var label in order.Where(l => shares[l] < room[l]).Take((int)Math.Min(missing, int.MaxValue)).ToList())
            {
                shares[label]++;
                missing--;
                isGiven = true;
            }
        }

        return shares;
    }

    /// <summary>A number that looks drawn at random, from all that an unsigned one of 64 bits can be; the same on any machine.</summary>
    public static ulong Draw(long seed, string name, long number)
    {
        var length = Encoding.UTF8.GetByteCount(name);
        var bytes = length <= 512 ? stackalloc byte[16 + length] : new byte[16 + length];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, seed);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[8..], number);
        Encoding.UTF8.GetBytes(name, bytes[16..]);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, hash);
        return BinaryPrimitives.ReadUInt64LittleEndian(hash);
    }
}
