namespace Orca.Training.Settings;

/// <summary>How far two names are apart, and which was meant.</summary>
internal static class Spelling
{
    /// <summary>The name that somebody most likely meant; null where none is near.</summary>
    public static string? Nearest(string name, IEnumerable<string> names)
    {
        var nearest = names.Select(n => (Name: n, Distance: Distance(n, name))).OrderBy(n => n.Distance).FirstOrDefault();
        return nearest.Name is not null && nearest.Distance <= Math.Max(2, name.Length / 3) && nearest.Distance < Math.Max(name.Length, nearest.Name.Length) ? nearest.Name : null;
    }

    /// <summary>The least number of letters to insert, remove or replace to make one of the other; case does not count.</summary>
    public static int Distance(string one, string other)
    {
        // One row of the table at a time: row i holds the distances from the first i letters of one to each beginning of the other.
        var row = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var i = 1; i <= one.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= other.Length; j++)
            {
                var replaced = diagonal + (char.ToUpperInvariant(one[i - 1]) == char.ToUpperInvariant(other[j - 1]) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }
}
