using CsCheck;
using Orca.Training.Jobs;
using static System.FormattableString;

namespace Orca.Training.Testing.Conformance.Jobs;

/// <summary>A submission of any kind, or a command on a job, as plain numbers, so that a failing sequence can be shrunk and read.</summary>
/// <param name="Kind">From 0: a submission, one with a key, several together, several with a key; else the command.</param>
/// <param name="Key">Which key, and whose.</param>
/// <param name="Command">The command.</param>
internal readonly record struct AnyWrite(int Kind, int Key, AnyCommand Command)
{
    private const int Kinds = 10;

    /// <summary>So many different keys, of <see cref="Users"/> in turn.</summary>
    private const int Keys = 4;

    /// <summary>Whose keys there are.</summary>
    public static readonly string[] Users = ["ann", "bob"];

    /// <summary>The keys that may be used, each with its user.</summary>
    public static IEnumerable<(string User, string Key)> AllKeys => Enumerable.Range(0, Keys).Select(Named);

    /// <summary>The pools that jobs are submitted to.</summary>
    public static string?[] Pools { get; } = [null, "day", "night"];

    /// <summary>Mostly commands.</summary>
    public static Gen<AnyWrite> Gen(int jobs) =>
        CsCheck.Gen.Select(CsCheck.Gen.Int[0, Kinds - 1], CsCheck.Gen.Int[0, Keys - 1], AnyCommand.Gen(jobs))
            .Select((kind, key, command) => new AnyWrite(kind, key, command));

    /// <summary>The same on jobs whose ids the store has drawn.</summary>
    public JobCommand At(DateTimeOffset at, Func<long, JobId> named) => Kind switch
    {
        0 => Submit(at, null),
        1 => Submit(at, Key),
        2 => new JobCommand.SubmitAll([.. Enumerable.Repeat(Submit(at, null), 1 + Command.Number)]),
        3 => new JobCommand.SubmitAll([Submit(at, Key), .. Enumerable.Repeat(Submit(at, null), Command.Number)]),
        _ => Command.On(named(Command.Job), at),
    };

    private JobCommand.Submit Submit(DateTimeOffset at, int? key)
    {
        var submit = JobSamples.Submit() with { At = at, Pool = Pools[Command.Number % Pools.Length] };
        return key is { } number
            ? submit with { Request = submit.Request with { IdempotencyKey = Named(number).Key }, User = Named(number).User, Fingerprint = "f" }
            : submit;
    }

    private static (string User, string Key) Named(int number) => (Users[number % Users.Length], Invariant($"k{number / Users.Length}"));
}
