using System.Text.Json;
using Orca.Training.Bench.Pipeline;

// Each bench prints a table and, as its last line, one JSON object of its figures.
var benches = new Dictionary<string, Func<Task<IReadOnlyList<(string Key, double Value)>>>>
{
    ["pipeline"] = PipelineBench.RunAsync,
};

if (args is ["--list"])
{
    Console.WriteLine(string.Join('\n', benches.Keys));
    return 0;
}

foreach (var name in args)
{
    if (!benches.TryGetValue(name, out var bench))
    {
        await Console.Error.WriteLineAsync($"There is no bench '{name}': give one of {string.Join(", ", benches.Keys)}.");
        return 2;
    }

    var figures = await bench();
    foreach (var (key, value) in figures)
    {
        Console.WriteLine($"{key,-22} {value,12:N3}");
    }

    Console.WriteLine(JsonSerializer.Serialize(figures.ToDictionary(f => f.Key, f => Math.Round(f.Value, 3))));
}

return 0;
