using Orca.Training.Client;

namespace Orca.Training.Testing.Conformance.Clients;

/// <summary>Pools.</summary>
public abstract partial class TrainingClientConformance
{
    [Fact]
    public async Task A_pool_arrives_with_every_field()
    {
        PoolInfo[] pools =
        [
            new("batch"),
            new("vision")
            {
                Weight = 2.5,
                Most = new PoolAmount { Jobs = 8, Cpus = 16.5, MemoryMiB = 65536, Gpus = 4 },
                PerUser = new PoolAmount { Jobs = 2 },
                MaxQueued = 100,
                MaxQueuedPerUser = 0,
                Queued = 7,
                Running = 3,
                Machines =
                [
                    new PoolMachine("box-1", new PoolAmount { Jobs = 3, Cpus = 6, MemoryMiB = 1024, Gpus = 0 })
                    {
                        Owned = new PoolAmount { Cpus = 8 },
                        Total = new PoolAmount { Cpus = 16, MemoryMiB = 2048, Gpus = 0 },
                    },
                    new PoolMachine("box-2", new PoolAmount()),
                ],
            },
        ];
        var client = await ReachAsync(new ScriptedClient { Pools = new ScriptedPools(pools) }, user: null);

        Assert.Equal(pools.Select(Text), (await client.Pools.ListAsync(Token)).Select(Text));
        Assert.Equal(Text(pools[1]), Text(await client.Pools.GetAsync("vision", Token)));

        static string Text(PoolInfo pool) => $"{pool with { Machines = [] }} {string.Join(", ", pool.Machines)}";
    }

    [Fact]
    public async Task A_service_without_pools_has_one_for_everybody()
    {
        var (_, client) = await InstallAsync();
        await client.TrainAsync(Installation.Request, Token);

        var pool = Assert.Single(await client.Pools.ListAsync(Token));

        Assert.Equal((PoolInfo.Implicit, 1, 0), (pool.Name, pool.Queued, pool.Running));
        Assert.Equal(pool.Name, (await client.Pools.GetAsync(" default ", Token)).Name);
    }

    [Theory]
    [InlineData("none")]
    [InlineData("")]
    public async Task A_pool_that_there_is_not_is_not_found(string name)
    {
        var (_, client) = await InstallAsync();

        var refusal = await Assert.ThrowsAsync<TrainingException>(() => client.Pools.GetAsync(name, Token));

        Assert.Equal((TrainingError.NotFound, $"There is no pool '{name}', or you may not use it."), (refusal.Error, refusal.Message));
    }

    private sealed class ScriptedPools(IReadOnlyList<PoolInfo> pools) : IPoolClient
    {
        public Task<IReadOnlyList<PoolInfo>> ListAsync(CancellationToken cancellationToken = default) => Task.FromResult(pools);

        public Task<PoolInfo> GetAsync(string name, CancellationToken cancellationToken = default) => Task.FromResult(pools.Single(p => p.Name == name));
    }
}
