using Orca.Training.Diagnostics;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;
using Orca.Training.Pools;
using static System.FormattableString;

namespace Orca.Training.Client;

/// <summary>Finds the pool of each submission, which its caller has a right to, and keeps queues within the limits of their pools.</summary>
/// <param name="settings">The pools as they are now.</param>
/// <param name="resolver">Says which pools a caller may use.</param>
/// <param name="jobs">Counts what is queued.</param>
/// <param name="time">Ends the wait for the resolver.</param>
/// <param name="faults">Told of what the resolver throws.</param>
internal sealed class PoolGate(Func<PoolSettings> settings, IPoolResolver resolver, IJobStore jobs, TimeProvider time, ForeignFaults faults)
{
    private const string Resolver = "The pool resolver";
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(5);

    private readonly PoolRooms _rooms = new(jobs, time);

    /// <summary>The pool of each of a call's requests, in their order; null where there is the one for everybody.</summary>
    /// <param name="requests">The requests.</param>
    /// <param name="caller">Whose they are; null for the application itself.</param>
    /// <param name="fieldOf">Names one request in what is said of it; null where all of them stand for one.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="TrainingException">The caller may not use a pool, or which ones is not known.</exception>
    public async ValueTask<string?[]> ResolveAsync(
        IReadOnlyList<TrainingRequest> requests, PoolCaller? caller, Func<int, string>? fieldOf, CancellationToken cancellationToken)
    {
        var pools = settings();
        if (pools.IsNone)
        {
            return NoneOf(requests, fieldOf);
        }

        var grant = caller is null ? OfApplication(pools) : await AskAsync(pools, caller, cancellationToken);
        return [.. requests.Select((request, place) => PoolOf(request, grant, pools, caller is null, fieldOf is null ? "pool" : $"{fieldOf(place)}.pool"))];
    }

    /// <summary>The pools as they are now.</summary>
    public PoolSettings Settings => settings();

    /// <summary>The names of the pools that a caller may use.</summary>
    /// <param name="caller">Null for who may use each.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="TrainingException">Which ones is not known.</exception>
    public async ValueTask<IReadOnlySet<string>> VisibleAsync(PoolCaller? caller, CancellationToken cancellationToken)
    {
        var pools = settings();
        try
        {
            var grant = caller is null ? OfApplication(pools) : await AskAsync(pools, caller, cancellationToken);
            return grant.Others.Append(grant.Default).ToHashSet(StringComparer.Ordinal);
        }
        catch (TrainingException e) when (e.Error is TrainingError.PermissionDenied)
        {
            // They are in no pool, which is no error where nothing is submitted.
            return new HashSet<string>();
        }
    }

    /// <summary>Reserves room in the queues of pools, until the result is disposed: by then the trainings are on record, or are not coming.</summary>
    /// <param name="found">The pool of each of a call's trainings.</param>
    /// <param name="user">Whose they are.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="TrainingException">A queue is full.</exception>
    public ValueTask<IDisposable?> TakeRoomAsync(IReadOnlyList<string?> found, string? user, CancellationToken cancellationToken) =>
        _rooms.TakeAsync(found, user, settings(), cancellationToken);

    /// <summary>Where there is the one pool for everybody, no request names any.</summary>
    public static string?[] NoneOf(IReadOnlyList<TrainingRequest> requests, Func<int, string>? fieldOf)
    {
        for (var i = 0; i < requests.Count; i++)
        {
            // A run is repeated also where its pool is gone.
            if (requests[i] is { Pool: { } named, RerunOf: null })
            {
                throw TrainingException.Invalid(
                    fieldOf is null ? "pool" : $"{fieldOf(i)}.pool", $"'{named}' is unknown: this service has no pools. Leave it out.");
            }
        }

        return new string?[requests.Count];
    }

    private static string? PoolOf(TrainingRequest request, PoolGrant grant, PoolSettings pools, bool isApplication, string field)
    {
        if (request.Pool is not { } named)
        {
            return grant.Default.Length > 0 ? grant.Default
                : throw TrainingException.Invalid(field, $"It is missing, and this service has no default pool: give {Names(grant.Others)}.");
        }

        var pool = pools.NameOf(named);
        if (pool == grant.Default || grant.Others.Contains(pool, StringComparer.Ordinal))
        {
            return pool;
        }

        string[] all = [.. grant.Others.Prepend(grant.Default).Where(p => p.Length > 0)];
        return request.RerunOf is not null && grant.Default.Length > 0 ? grant.Default
            : isApplication ? throw TrainingException.Invalid(field, $"'{named}' is unknown: give {Names(all)}.")
            : throw new TrainingException(TrainingError.PermissionDenied, $"{field}: You may not use the pool '{named}'. Give {Names(all)}, or leave it out for '{grant.Default}'.");
    }

    /// <summary>The application may use each pool.</summary>
    private static PoolGrant OfApplication(PoolSettings pools)
    {
        string[] names = [.. pools.All.Select(p => p.Name)];
        var own = pools.Default ?? (names is [var only] ? only : "");
        return new PoolGrant(own, [.. names.Where(n => n != own)]);
    }

    private async ValueTask<PoolGrant> AskAsync(PoolSettings pools, PoolCaller caller, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(LongestAnswer, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        PoolGrant? grant;
        try
        {
            grant = await resolver.ResolveAsync(caller, either.Token).AsTask().WaitAsync(either.Token);
            Check(grant, pools);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw;
        }
#pragma warning disable CA1031 // The resolver is the host's own code: what it throws costs this call, and is told.
        catch (Exception e)
#pragma warning restore CA1031
        {
            var told = limit.IsCancellationRequested
                ? new TimeoutException(Invariant($"It gave no answer within {LongestAnswer.TotalSeconds} s."), e)
                : e;
            faults.Tell(Resolver, told);
            throw new TrainingException(TrainingError.Unavailable, "Which pools you may use cannot be found out now. Try again later.", inner: told);
        }

        if (grant is null)
        {
            throw new TrainingException(
                TrainingError.PermissionDenied,
                $"You may not submit trainings, because {(caller.User is { } user ? $"'{user}'" : "an anonymous caller")} is in no pool of this service: ask for a pool.");
        }

        return new PoolGrant(pools.NameOf(grant.Default), [.. grant.Others.Select(pools.NameOf).Where(p => pools.Find(p) is not null).Distinct(StringComparer.Ordinal)]);
    }

    private static void Check(PoolGrant? grant, PoolSettings pools)
    {
        if (grant is not null && (grant.Default is null || grant.Others is null || pools.Find(grant.Default) is null))
        {
            throw new InvalidOperationException($"It gave the pool '{grant.Default}', and there is no such pool: give one of the section Pools, or null for none.");
        }
    }

    private static string Names(IReadOnlyList<string> pools) => pools switch
    {
        [] => "none",
        [var one] => $"'{one}'",
        _ => $"{string.Join(", ", pools.Take(pools.Count - 1).Select(p => $"'{p}'"))} or '{pools[^1]}'",
    };
}
