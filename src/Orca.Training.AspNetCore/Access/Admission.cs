using Microsoft.AspNetCore.Http;

namespace Orca.Training.AspNetCore.Access;

/// <summary>The rule that accepted a call. Each accepted call carries it; it decides which caller the call acts for.</summary>
/// <param name="Door">The rule.</param>
internal sealed record Admission(Door Door)
{
    private static readonly Admission ByPolicy = new(Door.Policy);
    private static readonly Admission ByThisMachine = new(Door.ThisMachine);
    private static readonly Admission ByEveryone = new(Door.Everyone);

    /// <exception cref="InvalidOperationException">The call did not pass an endpoint of the training service.</exception>
    public static Admission Of(HttpContext context) =>
        context.Features.Get<Admission>()
        ?? throw new InvalidOperationException($"{context.Request.Path} was called without an access check.");

    public static void Put(HttpContext context, Door door) => context.Features.Set(door switch
    {
        Door.Policy => ByPolicy,
        Door.ThisMachine => ByThisMachine,
        _ => ByEveryone,
    });
}
