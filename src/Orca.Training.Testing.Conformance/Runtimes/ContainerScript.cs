using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Orca.Training.Machines;

namespace Orca.Training.Testing.Conformance.Runtimes;

/// <summary>
/// The steps of a container in a case. Both a shell in a real container (<see cref="ToShell"/>) and a fake can execute them. Immutable:
/// each call returns a new script.
/// </summary>
public sealed record ContainerScript
{
    /// <summary>Does nothing, and ends with exit code 0.</summary>
    public static ContainerScript Empty { get; } = new();

    /// <summary>The steps, in order. After the last one, the container ends with exit code 0.</summary>
    public ImmutableArray<ScriptStep> Steps { get; private init; } = [];

    /// <summary>Writes a line to its standard output.</summary>
    public ContainerScript Prints(string line) => With(new ScriptStep.Print(OutputStream.Standard, line));

    /// <summary>Writes a line to its standard error.</summary>
    public ContainerScript PrintsError(string line) => With(new ScriptStep.Print(OutputStream.Error, line));

    /// <summary>Writes an environment variable's value as a line to its standard output.</summary>
    public ContainerScript PrintsVariable(string name) => With(new ScriptStep.PrintVariable(name));

    /// <summary>Ends with an exit code.</summary>
    public ContainerScript Exits(int code) => With(new ScriptStep.Exit(code));

    /// <summary>Runs until SIGTERM, and then ends with an exit code, after a last line if one is given.</summary>
    public ContainerScript RunsUntilStopped(int exitCode, string? lastLine = null) => With(new ScriptStep.RunUntilStopped(exitCode, lastLine));

    /// <summary>Ignores SIGTERM, and runs until it is killed.</summary>
    public ContainerScript RunsUntilKilled() => With(new ScriptStep.RunUntilKilled());

    /// <summary>Allocates memory until it is killed.</summary>
    public ContainerScript EatsMemory() => With(new ScriptStep.EatMemory());

    /// <summary>Returns the script for a POSIX shell, such as that of busybox, as the argument of <c>sh -c</c>.</summary>
    public string ToShell()
    {
        // The handler first: a stop may come at any moment after the first line.
        var shell = new StringBuilder();
        foreach (var handler in Steps.Select(HandlerOf).OfType<string>())
        {
            shell.Append(handler).Append('\n');
        }

        foreach (var step in Steps)
        {
            shell.Append(ShellOf(step)).Append('\n');
        }

        return shell.ToString();
    }

    private ContainerScript With(ScriptStep step) => this with { Steps = Steps.Add(step) };

    private static string? HandlerOf(ScriptStep step) => step switch
    {
        ScriptStep.RunUntilStopped { ExitCode: var code, LastLine: var line } =>
            string.Create(CultureInfo.InvariantCulture, $"stopped() {{ {(line is null ? "" : $"printf '%s\\n' {Quoted(line)}; ")}exit {code}; }}\ntrap stopped TERM"),
        ScriptStep.RunUntilKilled => "trap '' TERM",
        _ => null,
    };

    private static string ShellOf(ScriptStep step) => step switch
    {
        ScriptStep.Print { Stream: OutputStream.Error, Line: var line } => $"printf '%s\\n' {Quoted(line)} >&2",
        ScriptStep.Print { Line: var line } => $"printf '%s\\n' {Quoted(line)}",
        ScriptStep.PrintVariable { Name: var name } => $"printf '%s\\n' \"${name}\"",
        ScriptStep.Exit { Code: var code } => string.Create(CultureInfo.InvariantCulture, $"exit {code}"),

        // Short sleeps, since a shell hears a signal only after the program that it waits for.
        ScriptStep.RunUntilStopped or ScriptStep.RunUntilKilled => "while :; do sleep 0.05; done",

        // It keeps its whole input while that has no newline.
        ScriptStep.EatMemory => "exec tail /dev/zero",
        _ => throw new InvalidOperationException($"no shell does {step.GetType().Name}"),
    };

    private static string Quoted(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}

/// <summary>One step of a <see cref="ContainerScript"/>.</summary>
public abstract record ScriptStep
{
    private ScriptStep()
    {
    }

    /// <summary>Writes a line.</summary>
    public sealed record Print(OutputStream Stream, string Line) : ScriptStep;

    /// <summary>Writes an environment variable's value as a line to the standard output.</summary>
    public sealed record PrintVariable(string Name) : ScriptStep;

    /// <summary>Ends with an exit code.</summary>
    public sealed record Exit(int Code) : ScriptStep;

    /// <summary>Runs until SIGTERM, and ends with an exit code then, after a last line if there is one.</summary>
    public sealed record RunUntilStopped(int ExitCode, string? LastLine) : ScriptStep;

    /// <summary>Ignores SIGTERM, and runs until it is killed.</summary>
    public sealed record RunUntilKilled : ScriptStep;

    /// <summary>Allocates memory until it is killed.</summary>
    public sealed record EatMemory : ScriptStep;
}
