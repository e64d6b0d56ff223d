using System.Globalization;
using Orca.Training.Bench.Harness;

namespace Orca.Training.Bench.Kill.Host;

/// <summary>A host in a process of its own, to be killed.</summary>
internal static class HostProgram
{
    public const string Verb = "host";

    /// <summary>What it says when it takes calls, followed by where.</summary>
    public const string ReadyWord = "ready ";

    /// <summary>What it says first, followed by the system's clock when it begins to host.</summary>
    public const string BeginsWord = "begins ";

    /// <summary>Runs until it is killed, or until whoever began it lets go of its standard input: then it stops in order.</summary>
    public static async Task RunAsync(string settings)
    {
        await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{BeginsWord}{TimeProvider.System.GetTimestamp()}"));
        var parsed = HostSettings.Parse(settings);
        await using var host = await ServiceHost.StartAsync(services =>
        {
            HostServices.Add(services, parsed);
            HostServices.AddBoundaries(services, parsed);
        });
        await Console.Out.WriteLineAsync(ReadyWord + host.Address);
        await Console.In.ReadToEndAsync();
    }
}
