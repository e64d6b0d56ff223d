using System.Globalization;
using System.Text.Json;

namespace Orca.Training.Bench.Harness;

/// <summary>What a bench found: tables for people, and figures by name, which are the last line.</summary>
internal sealed class Report
{
    private readonly Dictionary<string, double> _figures = [];

    /// <summary>Adds a figure; its name is a promise to whoever reads the last line.</summary>
    public void Add(string key, double value) => _figures.Add(key, value);

    /// <summary>Says something about what is measured, or what the table above means.</summary>
    public static void Say(string words) => Console.WriteLine(words);

    /// <summary>Prints a table: the first column to the left, all others to the right.</summary>
    public static void Table(IReadOnlyList<string> heads, IEnumerable<IReadOnlyList<string>> rows)
    {
        IReadOnlyList<string>[] all = [heads, .. rows];
        var widths = heads.Select((_, column) => all.Max(row => row[column].Length)).ToArray();
        Console.WriteLine();
        foreach (var row in all)
        {
            Console.WriteLine(string.Join("  ", row.Select((cell, column) => column == 0 ? cell.PadRight(widths[0]) : cell.PadLeft(widths[column]))));
        }

        Console.WriteLine();
    }

    /// <summary>A number for a table: as many digits as say something.</summary>
    public static string Number(double value) => value.ToString(Math.Abs(value) >= 100 ? "N0" : Math.Abs(value) >= 10 ? "N1" : "N3", CultureInfo.InvariantCulture);

    /// <summary>Prints the figures as one JSON object on one line.</summary>
    public void Finish() => Console.WriteLine(JsonSerializer.Serialize(_figures.ToDictionary(f => f.Key, f => Math.Round(f.Value, 4))));
}
