using System.Globalization;
using Orca.Training.Clocks;
using Orca.Training.Jobs;
using Orca.Training.Scheduling.Capacity;
using Orca.Training.Scheduling.Placing;
using Orca.Training.Scheduling.Queues;
using Orca.Training.Scheduling.Rooms;

namespace Orca.Training.Scheduling.Reasons;

/// <summary>Puts the reasons for waiting into words. No sentence names another user or job.</summary>
internal static class WaitWords
{
    public static WaitReason PolicyFailed { get; } = new(WaitCode.PolicyFailed, "the capacity policy of the host failed when it was asked about this job");

    private static WaitReason OwnFirst { get; } = new(WaitCode.NotYourTurn, "your other jobs come before it") { UsersAhead = 0 };

    public static WaitReason Misfit(string reason) => new(WaitCode.Misfit, $"no machine can start it, even if the machine is empty: {reason}");

    public static WaitReason PutOff(DateTimeOffset until) =>
        new(WaitCode.PutOff, Invariant($"its next start is not before {until.UtcDateTime:HH:mm:ss} UTC")) { Until = until };

    public static WaitReason PoolLimit(string pool, (string Kind, double Limit, double Used) limit) =>
        Limited(WaitCode.PoolLimit, limit, Invariant($"{PoolName(pool)} uses {limit.Used:0.##} of the {limit.Limit:0.##} {limit.Kind} that it may use at once"));

    public static WaitReason UserLimit(string pool, (string Kind, double Limit, double Used) limit) =>
        Limited(
            WaitCode.UserLimit, limit, Invariant($"you use {limit.Used:0.##} of the {limit.Limit:0.##} {limit.Kind} that a user of {PoolName(pool)} may use at once"));

    public static WaitReason Away(string machine) =>
        new(WaitCode.MachineAway, $"machine '{machine}' does not answer") { Machine = machine };

    public static WaitReason NotYourTurn(Standing standing) => standing.UsersAhead switch
    {
        0 => OwnFirst,
        1 => new WaitReason(WaitCode.NotYourTurn, "another user comes before you") { UsersAhead = 1 },
        var users => new WaitReason(WaitCode.NotYourTurn, Invariant($"{users} other users come before you")) { UsersAhead = users },
    };

    /// <summary>Some reasons in one sentence without a full stop; null for none. Of machines that are in the way, the first is named.</summary>
    public static string? Sentence(IReadOnlyList<WaitReason> reasons)
    {
        var parts = new List<string>();
        var machines = reasons.Count(r => r.Machine is not null);
        foreach (var reason in reasons)
        {
            if (reason == OwnFirst)
            {
                // Its position says so.
                continue;
            }

            if (reason.Machine is null)
            {
                parts.Add(reason.Message);
            }
            else if (machines > 0)
            {
                parts.Add(machines == 1 ? reason.Message : Invariant($"{reason.Message} (and {machines - 1} more like it)"));
                machines = 0;
            }
        }

        return parts.Count == 0 ? null : string.Join("; ", parts);
    }

    /// <summary>Why a job of this shape does not start on this machine now.</summary>
    public static WaitReason On(Room room, Shape shape, WaitCode code, Placer placer, Now now)
    {
        var name = $"machine '{room.Name}'";
        var (message, until) = code switch
        {
            WaitCode.MachineClosed => ($"nothing more is started on {name}", null),
            WaitCode.NoDevice => ($"{name} has no GPU of the kind {shape.Key.Demand.GpuKind}", null),
            WaitCode.Refused when room.RefusalOf(shape.Total) is { } refusal =>
                ($"{name} had no room: {refusal.Reason}; it is tried again within {Seconds(refusal.Until - now.Steady)}", now.Wall + (refusal.Until - now.Steady)),
            WaitCode.PoolShare => (Share(room, shape, name), null),
            WaitCode.ReservedForOther => ReservedForOther(room, name, placer, now),
            _ => (NoRoom(room, shape, placer, name), default(DateTimeOffset?)),
        };
        return new WaitReason(code, message) { Machine = room.Name, Until = until };
    }

    private static WaitReason Limited(WaitCode code, (string Kind, double Limit, double Used) limit, string message) =>
        new(code, message) { Resource = limit.Kind, Limit = limit.Limit, Used = limit.Used };

    private static string NoRoom(Room room, Shape shape, Placer placer, string name) =>
        $"{name} has no room: {placer.PolicyReason(room, shape) ?? "its policy refused"}";

    private static string Share(Room room, Shape shape, string name)
    {
        var (used, owned) = (room.UsedBy(shape.Pool), room.OwnedBy(shape.Pool));
        return owned == default
            ? $"what no pool owns of {name} is in use"
            : $"{PoolName(shape.Pool.Name)} uses {Part(used, owned, shape.Total)} of {name}, and what no pool owns of it is in use";
    }

    private static (string Message, DateTimeOffset? Until) ReservedForOther(Room room, string name, Placer placer, Now now)
    {
        var start = placer.EarliestStart(room, room.Reserved!.Line.Shape, now.Wall);
        return ($"{name} is being emptied for a larger job that comes first", start > now.Wall ? start : null);
    }

    private static string Part(Resources used, Resources owned, Resources needed) =>
        needed.Gpus > 0 && owned.Gpus > 0 ? Invariant($"{used.Gpus} of its {owned.Gpus} GPUs")
            : owned.Cpus > 0 ? Invariant($"{used.Cpus:0.##} of its {owned.Cpus:0.##} CPUs")
            : Invariant($"{used.MemoryBytes >> 20} of its {owned.MemoryBytes >> 20} MiB");

    private static string PoolName(string pool) => pool.Length == 0 ? "the pool" : $"pool '{pool}'";

    private static string Seconds(TimeSpan time) => Invariant($"{Math.Max(1, Math.Ceiling(time.TotalSeconds)):0} s");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
