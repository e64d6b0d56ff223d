using System.Globalization;
using CsCheck;

namespace Orca.Training.Tests.Shared;

/// <summary>
/// Tries a property of what the host parses on generated input: so many cases as a test run can afford, or for <c>ORCA_FUZZ_SECONDS</c>
/// seconds each. A failure says the seed that gives its case again. What is found becomes a test with that input.
/// </summary>
internal static class Fuzz
{
    // Each property then takes milliseconds.
    private const int Cases = 200;

    private static readonly int Seconds = int.TryParse(Environment.GetEnvironmentVariable("ORCA_FUZZ_SECONDS"), CultureInfo.InvariantCulture, out var seconds) ? seconds : -1;

    /// <param name="inputs">What makes a case.</param>
    /// <param name="property">Throws where the property does not hold.</param>
    /// <param name="cases">How many cases without <c>ORCA_FUZZ_SECONDS</c>: fewer where one touches a disk.</param>
    /// <param name="print">Shows a case that fails; its own text without.</param>
    public static void Fuzzed<T>(this Gen<T> inputs, Action<T> property, int cases = Cases, Func<T, string>? print = null) =>
        inputs.Sample(property, iter: cases, time: Seconds, threads: 1, print: print);

    /// <inheritdoc cref="Fuzzed{T}(Gen{T}, Action{T}, int, Func{T, string})" />
    public static Task FuzzedAsync<T>(this Gen<T> inputs, Func<T, Task> property, int cases = Cases, Func<T, string>? print = null) =>
        inputs.SampleAsync(property, iter: cases, time: Seconds, threads: 1, print: print);
}
