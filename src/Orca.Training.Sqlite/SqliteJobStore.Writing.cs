using Microsoft.Data.Sqlite;
using Orca.Training.Disk;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;
using Orca.Training.Jobs.Storage.Committing;
using Orca.Training.Sqlite.Database;

namespace Orca.Training.Sqlite;

/// <summary>The writer of the moment: commits groups of batches, and whatever else has to be written in between.</summary>
internal sealed partial class SqliteJobStore
{
    private DiskRoom? _disk;

    /// <inheritdoc />
    public async ValueTask<Fence?> AcquireLeaseAsync(string holder, TimeSpan duration, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(holder);
        var opened = await OpenAsync(cancellationToken);
        var ticks = (long)(duration.TotalSeconds * _time.TimestampFrequency);
        if (opened.Lease.TryAnswer(holder, _time.GetTimestamp(), ticks, out var answer))
        {
            return answer;
        }

        Fence? given = null;
        await _writes.WriteAsync(
            new LoneWrite(() =>
            {
                if (!opened.Lease.TryAnswer(holder, _time.GetTimestamp(), ticks, out given))
                {
                    var term = opened.Lease.Current.Term + 1;
                    opened.Database.WriteTerm(term);
                    opened.Lease.Give(holder, term, _time.GetTimestamp() + ticks);
                    given = new Fence(term);
                }
            }),
            cancellationToken);
        return given;
    }

    /// <inheritdoc />
    public async ValueTask ReleaseLeaseAsync(Fence fence, CancellationToken cancellationToken) => (await OpenAsync(cancellationToken)).Lease.Release(fence);

    /// <inheritdoc />
    public async ValueTask RemoveAsync(IReadOnlyList<JobId> jobs, Fence fence, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        JobId[] ids = [.. jobs];
        var opened = await OpenAsync(cancellationToken);
        await _writes.WriteAsync(
            new LoneWrite(() =>
            {
                if (opened.Lease.Current is var current && (fence != current || current.Term == 0))
                {
                    throw new StaleFenceException(fence, current);
                }

                // First from the image, since what is not there is asked of the database: so all readers see it go at one moment.
                opened.Image.RemoveFinished(ids);
                opened.Database.Delete(ids);
            }),
            cancellationToken);
    }

    /// <summary>The reserve is for what is under way: on a disk that is nearly full nothing new is taken.</summary>
    /// <exception cref="JobStoreUnavailableException">There is no room for what is new.</exception>
    private void RequireRoom(IReadOnlyList<JobCommand> commands)
    {
        if (!commands.Any(c => c is JobCommand.Submit or JobCommand.SubmitAll))
        {
            return;
        }

        _disk ??= new DiskRoom(((IOnDisk)this).Folder);
        if (_disk.IsShort)
        {
            throw SqliteErrors.DiskFull(_options.File, cause: null);
        }
    }

    /// <summary>Takes up what applications committed in transactions of their own, and shows it.</summary>
    private async ValueTask TakeOutsideAsync(CancellationToken cancellationToken) =>
        await _writes.WriteAsync(new LoneWrite(() => TakeOutside(_opened!)), cancellationToken);

    /// <summary>
    /// Waits until it is one's turn to write on a connection of one's own, in the order of all who write here. Without it a writer beside this one would find
    /// the file locked, and SQLite only tries again in ever longer pauses.
    /// </summary>
    public async ValueTask<WriteTurn> TakeTurnAsync(CancellationToken cancellationToken)
    {
        var turn = new WriteTurn();
        try
        {
            await _writes.WriteAsync(turn, cancellationToken);
            return turn;
        }
        catch
        {
            // Whoever gave up does not write: the others go on when it comes to its turn.
            turn.End();
            throw;
        }
    }

    private async ValueTask CarryOutAsync(IReadOnlyList<PendingWrite> writes)
    {
        var opened = _opened!;
        for (var i = 0; i < writes.Count;)
        {
            if (writes[i] is WriteTurn turn)
            {
                i++;
                turn.Complete(true);
                await turn.Ended;
                continue;
            }

            if (writes[i] is LoneWrite task)
            {
                i++;
                Attempt([task], () =>
                {
                    task.Run();
                    task.Complete(true);
                });
                continue;
            }

            var batches = writes.Skip(i).TakeWhile(w => w is PendingBatch).Cast<PendingBatch>().ToList();
            i += batches.Count;
            Attempt(batches, () => Commit(opened, batches));
        }
    }

    /// <summary>Whatever goes wrong, everybody gets an answer; where that leaves open what is on record, the next group finds out.</summary>
    private void Attempt(IReadOnlyList<PendingWrite> writes, Action work)
    {
        try
        {
            ObjectDisposedException.ThrowIf(_isDisposed && writes[0] is PendingBatch, this);
            work();
        }
        catch (SqliteException e)
        {
            Fail(writes, SqliteErrors.Write(e, _options.File, _options.BusyTimeout), isInDoubt: !SqliteErrors.IsUndone(e));
        }
#pragma warning disable CA1031 // The callers get it, each of them.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Fail(writes, e, isInDoubt: true);
        }
    }

    private void Fail(IReadOnlyList<PendingWrite> writes, Exception exception, bool isInDoubt)
    {
        _opened!.IsInDoubt |= isInDoubt;
        foreach (var write in writes)
        {
            write.Fail(exception);
        }
    }

    private static void Commit(Opened opened, IReadOnlyList<PendingBatch> batches)
    {
        if (opened.IsInDoubt)
        {
            FindOut(opened);
        }

        opened.Database.KeepReserve();

        var lastId = opened.LastId;
        var plan = Plan(opened, batches);
        try
        {
            WriteIfAny(opened, plan);
        }
        catch (SqliteException e) when (SqliteErrors.IsUndone(e))
        {
            opened.LastId = lastId;
            throw;
        }
        catch (SqliteException e) when (SqliteErrors.IsTakenId(e))
        {
            // An application's own transaction has drawn an id since.
            TakeOutside(opened);
            plan = Plan(opened, batches);
            WriteIfAny(opened, plan);
        }

        opened.Image.Publish(plan.Changes);
        foreach (var (batch, results) in plan.Answers)
        {
            batch.Complete(results);
        }
    }

    private static void WriteIfAny(Opened opened, CommitPlan plan)
    {
        if (plan.RowCount > 0)
        {
            opened.Database.Write(plan);
        }
    }

    private static CommitPlan Plan(Opened opened, IReadOnlyList<PendingBatch> batches)
    {
        var drawn = opened.LastId;
        var plan = new CommitPlan(id => opened.Image.Find(id) ?? opened.Database.Find(id), opened.Database.Find, () => new JobId(++drawn), opened.Lease.Current);
        foreach (var batch in batches)
        {
            try
            {
                plan.Add(batch);
            }
            catch (StaleFenceException e)
            {
                batch.Fail(e);
            }
        }

        opened.LastId = drawn;
        return plan;
    }

    private static void TakeOutside(Opened opened)
    {
        if (opened.IsInDoubt)
        {
            FindOut(opened);
        }

        var jobs = opened.Database.TakeOutside();
        // First: what has been taken up is told to nobody else.
        opened.Image.Publish(jobs);
        opened.LastId = opened.Database.ReadLastId();
    }

    /// <summary>After a write that failed: shows what is on record and was not shown, if there is any.</summary>
    private static void FindOut(Opened opened)
    {
        var shown = opened.Image.ReadOpen().Jobs.ToDictionary(j => j.Id);
        var open = opened.Database.ReadOpenJobs().ToDictionary(j => j.Id);
        var finished = shown.Keys.Where(id => !open.ContainsKey(id)).Select(opened.Database.Find).OfType<Job>();
        opened.Image.Publish(
            [.. open.Values.Concat(finished).Where(j => shown.GetValueOrDefault(j.Id)?.Revision != j.Revision).OrderBy(j => j.Id)]);
        opened.LastId = opened.Database.ReadLastId();
        opened.IsInDoubt = false;
    }

    /// <summary>Something else that has to be written while nobody else writes.</summary>
    private sealed class LoneWrite(Action run) : PendingWrite<bool>
    {
        public void Run() => run();
    }
}
