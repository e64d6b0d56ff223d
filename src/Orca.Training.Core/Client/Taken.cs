using System.Text;
using static System.FormattableString;

namespace Orca.Training.Client;

/// <summary>
/// What was found while a call was taken: what is wrong with it, and how much text it holds, of which no message has room for more than
/// so much.
/// </summary>
/// <param name="most">The most bytes of text in UTF-8.</param>
internal sealed class Taken(long most = CallLimits.MaxRequestBytes)
{
    // What a number takes on the wire at most, and more than its field's own tag.
    private const int Number = 11;

    private readonly List<FieldViolation> _found = [];
    private bool _isTooMuch;

    /// <summary>What is wrong.</summary>
    public IReadOnlyList<FieldViolation> Violations => _found;

    /// <summary>How much text there is, in bytes of UTF-8.</summary>
    public long Bytes { get; private set; }

    public void Add(string field, string problem) => _found.Add(new FieldViolation(field, problem));

    public void AddRange(IEnumerable<FieldViolation> violations) => _found.AddRange(violations);

    public void Count(string field, string? text) => Count(field, text is null ? 0 : Encoding.UTF8.GetByteCount(text));

    /// <summary>Counts bytes; the field with which they become too many is told, once.</summary>
    public void Count(string field, long bytes)
    {
        Bytes += bytes;
        if (Bytes > most && !_isTooMuch)
        {
            _isTooMuch = true;
            Add(field, Invariant($"With it, the call has more than {most} bytes of text: give less, and put large data into a dataset."));
        }
    }

    /// <summary>A copy of a list, whose items are counted before they are copied.</summary>
    public T[] Counted<T>(string field, IReadOnlyList<T> items)
    {
        Count(field, (long)Number * items.Count);
        return _isTooMuch ? [] : [.. items];
    }

    /// <exception cref="TrainingException">Something is wrong.</exception>
    public T OrThrow<T>(T taken) => _found.Count == 0 ? taken : throw TrainingException.Invalid(_found);
}
