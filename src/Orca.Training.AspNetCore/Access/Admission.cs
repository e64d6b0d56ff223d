using Microsoft.AspNetCore.Http;

namespace Orca.Training.AspNetCore.Access;

/// <summary>By what a call came in. It is on each call that is answered, for whoever decides what its caller may do.</summary>
/// <param name="Door">What let it in.</param>
internal sealed record Admission(Door Door)
{
    private static readonly Admission ByPolicy = new(Door.Policy);
    private static readonly Admission ByThisMachine = new(Door.ThisMachine);
    private static readonly Admission ByEveryone = new(Door.Everyone);

    /// <exception cref="InvalidOperationException">The call did not come in by an endpoint of the training service.</exception>
    public static Admission Of(HttpContext context) =>
        context.Features.Get<Admission>()
        ?? throw new InvalidOperationException($"{context.Request.Path} was answered, and nothing let it in.");

    public static void Put(HttpContext context, Door door) => context.Features.Set(door switch
    {
        Door.Policy => ByPolicy,
        Door.ThisMachine => ByThisMachine,
        _ => ByEveryone,
    });
}
