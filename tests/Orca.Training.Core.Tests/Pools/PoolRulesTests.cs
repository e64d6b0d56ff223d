using Orca.Training.Pools;
using Orca.Training.Scheduling.Capacity;

namespace Orca.Training.Tests.Pools;

/// <summary>What a wrong setting of a pool is told, when the host starts and when it changes.</summary>
public sealed class PoolRulesTests
{
    private static readonly MachineFact[] Machines = [new("box", new Resources(4, 8L << 30, 2)), new("far", null)];

    public static TheoryData<string, Action<OrcaTrainingOptions>> Wrong => new()
    {
        { "DefaultPool is 'day': give the name of a pool, of which there are none, or leave it out.", o => o.DefaultPool = "day" },
        { "DefaultPool is 'night': give the name of a pool, such as 'p'.", o => Add(o).DefaultPool = "night" },
        { "DefaultPool is 'old', which moves to 'p': give a pool that stays.", o => Add(Add(o), "old", p => p.MovesTo = "p").DefaultPool = "old" },
        { "Pools has the name 'a/b': give 1 to 128 letters (a-z, A-Z), digits, '.', '_' and '-', but not only dots.", o => Add(o, "a/b", p => p.On("box")) },
        { "Pools:q is null: give its settings, or leave it out.", o => Add(o).Pools["q"] = null! },
        { "Pools:p:Weight is 0: give 0.001 to 1000000.", o => Add(o, "p", p => p.Weight = 0) },
        { "Pools:p:Weight is NaN: give 0.001 to 1000000.", o => Add(o, "p", p => p.Weight = double.NaN) },
        { "Pools:p:Machines is empty, and so none of its trainings could start: give a machine: 'box', 'far'.", o => Add(o, "p", p => p.Machines.Clear()) },
        { "Pools:p:Machines:bax is no machine of this service: give 'box', 'far'.", o => Add(o, "p", p => p.On("bax")) },
        { "Pools:p:Machines:box:Cpus is -1: give at least 0, or leave it out.", o => Add(o, "p", p => p.On("box", cpus: -1)) },
        { "Pools:p:Machines:box:Cpus is NaN: give at least 0, or leave it out.", o => Add(o, "p", p => p.On("box", cpus: double.NaN)) },
        { "Pools:p:Machines:box:MemoryMiB is -1: give at least 0, or leave it out.", o => Add(o, "p", p => p.On("box", memoryMiB: -1)) },
        { "Pools:p:Machines:box:Gpus is -1: give at least 0, or leave it out.", o => Add(o, "p", p => p.On("box", gpus: -1)) },
        { "Pools own 3 GPUs of machine 'box', which has 2: 'p' 2, 'q' 1. Give less.", o => Add(Add(o, "p", p => p.On("box", gpus: 2)), "q", p => p.On("box", gpus: 1)) },
        { "Pools own 4.5 processors of machine 'box', which has 4: 'p' 4.5. Give less.", o => Add(o, "p", p => p.On("box", cpus: 4.5)) },
        { "Pools own 8193 MiB of memory of machine 'box', which has 8192: 'p' 8193. Give less.", o => Add(o, "p", p => p.On("box", memoryMiB: 8193)) },
        { "Pools:p:Most:Jobs is 0: give at least 1, or leave it out for no limit.", o => Add(o, "p", p => p.Most.Jobs = 0) },
        { "Pools:p:Most:Cpus is 0: give a number above 0, or leave it out for no limit.", o => Add(o, "p", p => p.Most.Cpus = 0) },
        { "Pools:p:PerUser:MemoryMiB is 0: give at least 1, or leave it out for no limit.", o => Add(o, "p", p => p.PerUser.MemoryMiB = 0) },
        { "Pools:p:PerUser:Gpus is -1: give at least 0, or leave it out for no limit.", o => Add(o, "p", p => p.PerUser.Gpus = -1) },
        { "Pools:p:MaxQueued is 0: give at least 1, or leave it out for no limit.", o => Add(o, "p", p => p.MaxQueued = 0) },
        { "Pools:p:MaxQueuedPerUser is -1: give at least 1, or leave it out for no limit.", o => Add(o, "p", p => p.MaxQueuedPerUser = -1) },
        { "Pools:p:HalfLife is 00:59:59: give 01:00:00 to 3650 days.", o => Add(o, "p", p => p.HalfLife = TimeSpan.FromSeconds(3599)) },
        { "Pools:p:LongestTurn is 00:00:00: give a time above zero and up to 30 days.", o => Add(o, "p", p => p.LongestTurn = TimeSpan.Zero) },
        { "Pools:p:Users:1 is '': give a user's name, team:NAME, role:NAME or * for everybody.", o => Add(o, "p", p => p.For("ann", "")) },
        { "Pools:p:Users:0 is 'team:': give a user's name, team:NAME, role:NAME or * for everybody.", o => Add(o, "p", p => p.For("team:")) },
        { "Pools:p:Users:0 is 'a\uFFFDb': give a user's name, team:NAME, role:NAME or * for everybody.", o => Add(o, "p", p => p.For("a\nb")) },
        { "Pools:p:Users:0 is 'role:Boss', and there is no such role: give role:Viewer, role:Submitter, role:Operator.", o => Add(o, "p", p => p.For("role:Boss")) },
        { "Pools:p:MovesTo is 'q': give the name of a pool.", o => Add(o, "p", p => p.MovesTo = "q") },
        {
            "Pools has 'ann' in 'p' and 'q': name it in one of them, or make one of them the DefaultPool, where its trainings wait unless they name another.",
            o => Add(Add(o, "p", p => p.For("ann")), "q", p => p.On("box").For("ann"))
        },
    };

    [Theory]
    [MemberData(nameof(Wrong), DisableDiscoveryEnumeration = true)]
    public void A_setting_that_is_wrong_is_named_with_what_was_found_and_what_would_be_right(string message, Action<OrcaTrainingOptions> change) =>
        Assert.Equal([$"OrcaTraining:{message}"], Validate(change));

    [Fact]
    public void What_is_right_passes()
    {
        Assert.Empty(Validate(o => Add(o)));
        Assert.Empty(Validate(o => Add(Add(o, "p", p => p.On("box", 2, 4096, 1).For("ann")), "q", p => p.On("box", 2, 4096, 1).On("far", gpus: 100)).DefaultPool = "q"));
        Assert.Empty(Validate(o => Add(Add(o, "p", p => p.For("ann")), "q", p => p.On("box").For("ann")).DefaultPool = "p"));
        // Both names lead to one pool.
        Assert.Empty(Validate(o => Add(Add(o, "p", p => p.For("ann")), "q", p => p.For("ann").MovesTo = "p")));
    }

    [Fact]
    public void Pools_that_move_in_a_circle_are_told_all_at_once()
    {
        var found = Validate(o => Add(Add(Add(o, "a", p => p.MovesTo = "b"), "b", p => p.MovesTo = "a"), "c", p => p.MovesTo = "c"));

        Assert.Equal(
            [
                "OrcaTraining:Pools:a:MovesTo is 'b', from which it leads back: give a pool that stays.",
                "OrcaTraining:Pools:b:MovesTo is 'a', from which it leads back: give a pool that stays.",
                "OrcaTraining:Pools:c:MovesTo is 'c', from which it leads back: give a pool that stays.",
            ],
            found);
    }

    [Fact]
    public void Where_the_machines_are_not_known_their_names_are_not_checked() =>
        Assert.Null(new OptionsValidator("").Validate(null, Add(new OrcaTrainingOptions(), "p", p => p.On("anything"))).Failures);

    private static OrcaTrainingOptions Add(OrcaTrainingOptions options, string name = "p", Action<PoolOptions>? configure = null)
    {
        var pool = options.Pools[name] = new PoolOptions();
        if (name == "p")
        {
            pool.On("far");
        }

        configure?.Invoke(pool);
        return options;
    }

    private static IEnumerable<string> Validate(Action<OrcaTrainingOptions> change)
    {
        var options = new OrcaTrainingOptions();
        change(options);
        return new OptionsValidator("", Machines).Validate(null, options).Failures ?? [];
    }
}
