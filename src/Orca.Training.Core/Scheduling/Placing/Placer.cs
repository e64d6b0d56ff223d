using Orca.Training.Jobs;
using Orca.Training.Scheduling.Capacity;
using Orca.Training.Scheduling.Queues;
using Orca.Training.Scheduling.Rooms;

namespace Orca.Training.Scheduling.Placing;

/// <summary>Says which machine takes an attempt, and why others do not. The one place where the policy is asked.</summary>
internal sealed class Placer(ICapacityPolicy policy)
{
    private readonly IRoomCheck? _quick = policy as IRoomCheck;

    /// <summary>Whether it may make a difference whether attempts are being launched or run: it makes none to the policies of the package.</summary>
    public bool MindsLaunching => _quick is null;

    /// <summary>
    /// The machine for a job of this shape now; null if none has room. Machines that the pool owns a part of come first, then those with fewer GPUs
    /// that are free, so that GPUs are left to those who need them, then the order in which machines are filled. Those that do not answer come last.
    /// </summary>
    public Room? Find(Shape shape, long key, DateTimeOffset now)
    {
        Room? best = null;
        foreach (var room in shape.Pool.Rooms)
        {
            // A machine that had no room, and was given nothing back since, has none; but for the job for which it is kept.
            if ((room.ReleasedAt > shape.NoRoomSince || room.Reserved?.Key == key)
                && (best is null || IsBetter(room, best, shape.Pool))
                && HasRoom(shape.Total, room.Inventory) && ObstacleOn(room, shape, key, now) is null)
            {
                best = room;
            }
        }

        return best;
    }

    /// <summary>What keeps a job of this shape from starting on this machine now; null for nothing.</summary>
    public WaitCode? ObstacleOn(Room room, Shape shape, long key, DateTimeOffset now)
    {
        if (room.IsClosed)
        {
            return WaitCode.MachineClosed;
        }

        if (!HasKind(room, shape))
        {
            return WaitCode.NoDevice;
        }

        if (room.RefusalOf(shape.Total) is not null)
        {
            return WaitCode.Refused;
        }

        if (!room.HasRight(shape.Pool, shape.Total))
        {
            return WaitCode.PoolShare;
        }

        if (!HasRoom(shape.Total, room.Inventory))
        {
            return WaitCode.NoRoom;
        }

        return room.Reserved is { } reserved && (reserved.Line.Shape != shape || reserved.Key != key) && WouldDelay(room, reserved, shape, now)
            ? WaitCode.ReservedForOther
            : null;
    }

    /// <summary>Whether a machine could start a job of this shape if it were empty.</summary>
    public bool CouldFit(Room room, Shape shape) =>
        HasKind(room, shape) && room.CouldHaveRight(shape.Pool, shape.Total)
        && HasRoom(shape.Total, room.Inventory with { Used = default, Launching = 0, Running = 0 });

    /// <summary>Why no machine could start a job of this shape even if it were empty; null if one could. Not known while a machine did not say what it has.</summary>
    public (bool IsKnown, string? Reason) WhyNowhere(Shape shape)
    {
        var reasons = new List<string>();
        var isKnown = true;
        foreach (var room in shape.Pool.Rooms)
        {
            if (CouldFit(room, shape))
            {
                return (true, null);
            }

            isKnown &= room.Inventory.Total != default;

            reasons.Add($"'{room.Name}': {WhyNotEmpty(room, shape)}");
        }

        if (shape.Pool is { Name: "", Rooms: [] })
        {
            // A host without machines can still take submissions, for others that have them.
            return (false, null);
        }

        return (isKnown, reasons.Count == 0 ? $"pool '{shape.Pool.Name}' has no machines" : string.Join("; ", reasons));
    }

    /// <summary>Why the policy finds no room on a machine, in words; null if it does find room.</summary>
    public string? PolicyReason(Room room, Shape shape) => policy.Fits(shape.Total, room.Inventory).Reason;

    /// <summary>
    /// When the job could start on this machine if nothing else were started there: when enough of what runs has ended. Attempts end by their
    /// limits, or, without one, when the use charged for them ends.
    /// </summary>
    public DateTimeOffset EarliestStart(Room room, Shape shape, DateTimeOffset now)
    {
        var left = room.Inventory;
        var used = room.UsedBy(shape.Pool);
        foreach (var placed in room.Attempts.Values.OrderBy(EndOf))
        {
            if (HasRoom(shape.Total, left) && room.HasRightWith(shape.Pool, used + shape.Total))
            {
                return now;
            }

            left = Without(left, placed);
            used = placed.Pool == shape.Pool ? used - placed.Given : used;
            now = EndOf(placed) > now ? EndOf(placed) : now;
        }

        return now;
    }

    /// <summary>Whether a start now could make the job wait longer for which the machine is being emptied.</summary>
    private bool WouldDelay(Room room, Reservation reserved, Shape shape, DateTimeOffset now)
    {
        var promise = PromiseOf(room, reserved, now);
        if (shape.Key.RunLimit is { } limit && now + limit <= promise.Start)
        {
            return false;
        }

        var left = promise.Left;
        return !HasRoom(reserved.Line.Shape.Total, left with { Used = left.Used + shape.Total, Running = left.Running + 1 });
    }

    private Promise PromiseOf(Room room, Reservation reserved, DateTimeOffset now)
    {
        if (reserved.Promise is { } last && last.Version == room.Version && last.At <= now && now <= last.Start)
        {
            return last;
        }

        var start = EarliestStart(room, reserved.Line.Shape, now);
        var left = room.Inventory;
        foreach (var placed in room.Attempts.Values)
        {
            left = EndOf(placed) <= start ? Without(left, placed) : left;
        }

        var promise = new Promise(room.Version, now, start, left);
        reserved.Promise = promise;
        return promise;
    }

    private string WhyNotEmpty(Room room, Shape shape) =>
        !HasKind(room, shape) ? $"its GPUs are of the kind {room.Facts.GpuKind ?? "(not told)"}, not {shape.Key.Demand.GpuKind}"
        : policy.Fits(shape.Total, room.Inventory with { Used = default, Launching = 0, Running = 0 }).Reason
            ?? $"pool '{shape.Pool.Name}' has no right to that much of it";

    private static DateTimeOffset EndOf(Placed placed) => placed.EndsBy ?? placed.PaidUntil;

    private static Inventory Without(Inventory inventory, Placed placed) => inventory with
    {
        Used = inventory.Used - placed.Given,
        Launching = inventory.Launching - (placed.IsRunning ? 0 : 1),
        Running = inventory.Running - (placed.IsRunning ? 1 : 0),
    };

    private static bool HasKind(Room room, Shape shape) =>
        shape.Key.Demand.GpuKind is not { } kind || string.Equals(kind, room.Facts.GpuKind, StringComparison.OrdinalIgnoreCase);

    private static bool IsBetter(Room room, Room best, PoolQueue pool)
    {
        if (room.IsAway != best.IsAway)
        {
            return best.IsAway;
        }

        var (owns, bestOwns) = (room.OwnedBy(pool) != default, best.OwnedBy(pool) != default);
        if (owns != bestOwns)
        {
            return owns;
        }

        var (free, bestFree) = (FreeGpus(room), FreeGpus(best));
        return free != bestFree ? free < bestFree : room.Place < best.Place;
    }

    private static int FreeGpus(Room room) => room.Inventory.Total.Gpus - room.Inventory.Used.Gpus;

    private bool HasRoom(Resources needs, in Inventory inventory) => _quick?.HasRoom(needs, inventory) ?? policy.Fits(needs, inventory).Fits;
}
