namespace Orca.Training.Jobs;

/// <summary>
/// A sorted set of jobs' ids that also knows each one's rank. Buckets of bounded size keep an insertion, a removal and a rank at about
/// the square root of the count, with no node a member.
/// </summary>
internal sealed class RankedSet
{
    private const int BucketSize = 512;

    // None is empty, but the first while there is no member at all.
    private readonly List<List<long>> _buckets = [[]];

    public int Count { get; private set; }

    /// <summary>The smallest member; there must be one.</summary>
    public long First => _buckets[0][0];

    /// <returns>Whether it was no member before.</returns>
    public bool Add(long value)
    {
        var index = Math.Max(0, BucketOf(value));
        var bucket = _buckets[index];
        var place = bucket.BinarySearch(value);
        if (place >= 0)
        {
            return false;
        }

        bucket.Insert(~place, value);
        Count++;
        if (bucket.Count > BucketSize)
        {
            // The common case is an ever greater id: splitting off only the last keeps full buckets full.
            var at = ~place == BucketSize ? BucketSize : BucketSize / 2;
            var next = new List<long>(BucketSize + 1);
            next.AddRange(bucket[at..]);
            _buckets.Insert(index + 1, next);
            bucket.RemoveRange(at, bucket.Count - at);
        }

        return true;
    }

    public bool Remove(long value)
    {
        var index = BucketOf(value);
        if (index < 0)
        {
            return false;
        }

        var place = _buckets[index].BinarySearch(value);
        if (place < 0)
        {
            return false;
        }

        _buckets[index].RemoveAt(place);
        if (_buckets[index].Count == 0 && _buckets.Count > 1)
        {
            _buckets.RemoveAt(index);
        }

        Count--;
        return true;
    }

    /// <summary>How many members are smaller than this one, or -1 if it is none.</summary>
    public int RankOf(long value)
    {
        var index = BucketOf(value);
        return index >= 0 && _buckets[index].BinarySearch(value) is >= 0 and var place ? place + CountBefore(index) : -1;
    }

    /// <summary>How many members are smaller than a value, which need not be one.</summary>
    public int CountBelow(long value)
    {
        var index = BucketOf(value);
        if (index < 0)
        {
            return 0;
        }

        var place = _buckets[index].BinarySearch(value);
        return (place < 0 ? ~place : place) + CountBefore(index);
    }

    /// <summary>The member that has this many smaller ones; there must be one.</summary>
    public long At(int rank)
    {
        foreach (var bucket in _buckets)
        {
            if (rank < bucket.Count)
            {
                return bucket[rank];
            }

            rank -= bucket.Count;
        }

        throw new ArgumentOutOfRangeException(nameof(rank));
    }

    /// <summary>The members greater than a value, in order.</summary>
    public IEnumerable<long> After(long value)
    {
        for (var i = Math.Max(0, BucketOf(value)); i < _buckets.Count; i++)
        {
            var bucket = _buckets[i];
            var place = bucket.BinarySearch(value);
            for (var j = place < 0 ? ~place : place + 1; j < bucket.Count; j++)
            {
                yield return bucket[j];
            }
        }
    }

    /// <summary>The members smaller than a value, the greatest first.</summary>
    public IEnumerable<long> Before(long value)
    {
        for (var i = BucketOf(value); i >= 0; i--)
        {
            var bucket = _buckets[i];
            var place = bucket.BinarySearch(value);
            for (var j = (place < 0 ? ~place : place) - 1; j >= 0; j--)
            {
                yield return bucket[j];
            }
        }
    }

    private int CountBefore(int index)
    {
        var count = 0;
        for (var i = 0; i < index; i++)
        {
            count += _buckets[i].Count;
        }

        return count;
    }

    /// <summary>The last bucket that starts at or before the value; -1 if none does.</summary>
    private int BucketOf(long value)
    {
        int low = 0, high = Count == 0 ? -1 : _buckets.Count - 1;
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (_buckets[middle][0] <= value)
            {
                low = middle + 1;
            }
            else
            {
                high = middle - 1;
            }
        }

        return high;
    }
}
