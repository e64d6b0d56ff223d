using Orca.Training.Ownership;

namespace Orca.Training.Client;

/// <summary>The names of datasets and models that a caller sees, and new names for its team.</summary>
internal sealed class CallerNames(INameOwners owners, CallerRights rights)
{
    public CallerRights Rights => rights;

    public ValueTask<string?> OwnerOfAsync(NameKind kind, string name, CancellationToken cancellationToken) => owners.FindAsync(kind, name, cancellationToken);

    public async ValueTask<bool> SeesAsync(NameKind kind, string name, CancellationToken cancellationToken) =>
        rights.SeesAll || rights.SeesName(await owners.FindAsync(kind, name, cancellationToken));

    /// <summary>The names that the caller sees, in their order.</summary>
    public async ValueTask<IReadOnlyList<string>> SeenAsync(NameKind kind, IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        if (rights.SeesAll)
        {
            return names;
        }

        var teams = await owners.ListAsync(kind, cancellationToken);
        return [.. names.Where(name => rights.SeesName(teams.GetValueOrDefault(name)))];
    }

    /// <summary>
    /// Checks that the caller may add to a name. An unused name becomes the team's, permanently, even if the addition fails: another member of the
    /// team may be adding to it at the same time.
    /// </summary>
    /// <param name="kind">What the name names.</param>
    /// <param name="name">The name.</param>
    /// <param name="isUsed">Returns whether the name is in use.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Whether the caller may.</returns>
    public async ValueTask<bool> ClaimAsync(
        NameKind kind, string name, Func<CancellationToken, ValueTask<bool>> isUsed, CancellationToken cancellationToken)
    {
        var owner = await owners.FindAsync(kind, name, cancellationToken);
        if (owner is null && rights.Team is { } team && !await isUsed(cancellationToken))
        {
            if (await owners.ClaimAsync(kind, name, team, cancellationToken))
            {
                return true;
            }

            owner = await owners.FindAsync(kind, name, cancellationToken);
        }

        return rights.AddsTo(owner);
    }
}
