namespace Orca.Training.Bench.Kill;

/// <summary>A place in a host's work where it can be killed exactly: just before a call to the outside, or just after it.</summary>
/// <param name="Call">Which call, as <see cref="Calls"/> names them.</param>
/// <param name="IsAfter">Whether its effect is there, and nobody in the host has heard of it. Of a stream: when its first item is there.</param>
internal readonly record struct Boundary(string Call, bool IsAfter)
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<Boundary> All { get; } = [.. Calls.All.SelectMany(call => new[] { new Boundary(call, false), new Boundary(call, true) })];

    public static Boundary Parse(string text) =>
        All.FirstOrDefault(b => b.ToString() == text) is { Call: not null } found ? found : throw new ArgumentException($"There is no boundary '{text}'.", nameof(text));

    public override string ToString() => $"{(IsAfter ? "after" : "before")}:{Call}";
}
