using Microsoft.Extensions.DependencyInjection;
using Orca.Training.Access;
using Orca.Training.Artifacts;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage.Memory;
using Orca.Training.Machines;
using Orca.Training.Scheduling.Capacity;
using Orca.Training.Testing;

namespace Orca.Training.Tests.Tracking;

/// <summary>Trainings whose places lie behind a network: what opens them is granted, renewed in time, and never more than that.</summary>
public sealed class NetworkPlaceTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public Task A_container_gets_addresses_and_what_opens_them_and_no_folder_to_write() => VirtualTime.RunAsync(async time =>
    {
        var access = new FakeAccess(time);
        var runtime = new FakeContainerRuntime(time);
        AttemptSpec? seen = null;
        runtime.Script(spec =>
        {
            seen = spec;
            return FakeTraining.Succeeds;
        });
        await using var host = await StartAsync(time, access, runtime: runtime);

        var status = await host.FinishAsync(await host.TrainAsync());

        Assert.Equal(JobState.Succeeded, status.State);
        Assert.Equal(
            ("own", "s3://runs/here/1/1/output", "s3://runs/here/1/checkpoint", "runs", "here/1/1/output"),
            (seen!.Environment["AWS_ACCESS_KEY_ID"], seen.Environment["ORCA_OUTPUT_PATH"], seen.Environment["ORCA_CHECKPOINT_PATH"], seen.Environment["MODEL_BUCKET"], seen.Environment["MODEL_OBJECT_PREFIX"]));
        Assert.Equal(["/orca/data"], seen.Mounts.Select(m => m.ContainerPath));
        Assert.Null(Assert.Single(access.Grants).Data);
    });

    [Fact]
    public Task A_grant_that_fails_is_asked_for_again() => VirtualTime.RunAsync(async time =>
    {
        var tries = 0;
        var access = new FakeAccess(time) { GrantFails = _ => ++tries < 3 };
        await using var host = await StartAsync(time, access);

        var status = await host.FinishAsync(await host.TrainAsync());

        Assert.Equal((JobState.Succeeded, 1, 3), (status.State, status.Attempt, tries));
    });

    [Fact]
    public Task A_grant_that_cannot_be_had_ends_the_launch_with_the_reason() => VirtualTime.RunAsync(async time =>
    {
        var access = new FakeAccess(time) { GrantFails = _ => true };
        await using var host = await StartAsync(time, access);

        var status = await host.FinishAsync(await host.TrainAsync());

        Assert.Equal(JobState.Failed, status.State);
        Assert.Contains("The server of the bucket 'runs' does not answer.", status.Outcome!.Message, StringComparison.Ordinal);
    });

    [Fact]
    public Task Access_is_renewed_each_period_while_the_training_runs_and_not_afterwards() => VirtualTime.RunAsync(async time =>
    {
        var access = new FakeAccess(time);
        await using var host = await StartAsync(time, access, FakeTraining.Succeeds.RunsFor(3.5 * FakeAccess.Period));

        var status = await host.FinishAsync(await host.TrainAsync());
        await Task.Delay(3 * FakeAccess.Period, time, Cancel);

        Assert.Equal(JobState.Succeeded, status.State);
        Assert.Equal(3, access.Renewals.Count);
        Assert.All(access.Renewals.Zip(access.Renewals.Skip(1)), pair => Assert.Equal(FakeAccess.Period, pair.Second.At - pair.First.At));
    });

    [Fact]
    public Task A_renewal_that_fails_is_tried_again_before_the_access_ends_and_holds_up_no_other() => VirtualTime.RunAsync(async time =>
    {
        var failures = 0;
        var access = new FakeAccess(time) { RenewalFails = a => a.Attempt.Attempt.Job.Value == 1 && ++failures <= 2 };
        await using var host = await StartAsync(time, access, FakeTraining.Succeeds.RunsFor(1.8 * FakeAccess.Period));
        var (first, second) = (await host.TrainAsync(), await host.TrainAsync());

        await host.FinishAsync(first);
        await host.FinishAsync(second);

        var (ofFirst, ofSecond) = (access.Renewals.Where(r => r.Job == first).ToList(), access.Renewals.Where(r => r.Job == second).ToList());
        Assert.Equal((3, 1), (ofFirst.Count, ofSecond.Count));
        Assert.Equal(ofFirst[0].At, ofSecond[0].At);
        Assert.True(ofFirst[2].At - ofFirst[0].At < FakeAccess.Period / 2, "Too late: it may have ended by then.");
    });

    [Fact]
    public Task A_host_that_takes_a_training_over_renews_its_access_at_once() => VirtualTime.RunAsync(async time =>
    {
        var store = new FaultyStore(new MemoryJobStore(new MemoryJobStoreOptions(), time)) { IsDurable = true };
        var runtime = new FakeContainerRuntime(time);
        runtime.Script(_ => FakeTraining.Succeeds.RunsFor(1.5 * FakeAccess.Period));
        JobId job;
        await using (var before = await StartAsync(time, new FakeAccess(time), runtime: runtime, store: store))
        {
            job = await before.TrainAsync();
            await before.WaitAsync(job, s => s.State is JobState.Running);
            await Task.Delay(FakeAccess.Period / 2, time, Cancel);
        }

        var (access, restart) = (new FakeAccess(time), time.GetUtcNow());
        await using var host = await StartAsync(time, access, runtime: runtime, store: store);
        await host.FinishAsync(job);

        Assert.Equal(job, access.Renewals[0].Job);
        Assert.InRange(access.Renewals[0].At - restart, TimeSpan.Zero, TimeSpan.FromMinutes(1));
    });

    [Fact]
    public Task A_machine_without_a_network_is_named_with_the_setting_that_mends_it() => VirtualTime.RunAsync(async time =>
    {
        var wrong = await Assert.ThrowsAsync<InvalidOperationException>(() => TestHost.StartAsync(time, build: b =>
        {
            b.Services.AddSingleton(new Machine("alone", new NoNetwork()));
            b.Services.AddSingleton<IArtifactStore, NetworkArtifacts>();
            b.Services.AddSingleton<IPlaceAccess>(new FakeAccess(time));
        }));

        Assert.Equal(
            "Machine 'alone' (NoNetwork) gives its containers no network, and NetworkArtifacts keeps what trainings write on a server: set the machine's Network to a network from which this server can be reached.",
            wrong.Message);
    });

    [Fact]
    public Task A_store_that_nothing_opens_to_containers_is_named() => VirtualTime.RunAsync(async time =>
    {
        var wrong = await Assert.ThrowsAsync<InvalidOperationException>(() => TestHost.StartAsync(time, build: b => b.Services.AddSingleton<IArtifactStore, NetworkArtifacts>()));

        Assert.Equal(
            "NetworkArtifacts keeps what trainings write on a server, and nothing gives access to the containers of machine 'fake' (FakeContainerRuntime): register an IPlaceAccess with the store.",
            wrong.Message);
    });

    private static Task<TestHost> StartAsync(VirtualTime time, FakeAccess access, FakeTraining? training = null, FakeContainerRuntime? runtime = null, FaultyStore? store = null) =>
        TestHost.StartAsync(
            time,
            training is null ? null : _ => training,
            build: b =>
            {
                b.UseCapacityPolicy(CapacityPolicies.Jobs(2));
                b.Services.AddSingleton<IArtifactStore, NetworkArtifacts>();
                b.Services.AddSingleton<IPlaceAccess>(access);
                if (store is not null)
                {
                    b.UseJobStore(_ => store);
                }
            },
            runtime: runtime);

    private sealed class NoNetwork : IContainerRuntime
    {
        public RuntimeAbilities Abilities => new(MaxRanks: 1, MountsFolders: true);

        public Task<RuntimeInfo> DescribeAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<StartResult> StartAsync(AttemptSpec spec, IProgress<LaunchPhase> phases, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<IReadOnlyList<ContainerObservation>> ListAsync(RuntimeScope scope, CancellationToken cancellationToken) => throw new NotSupportedException();

        public IAsyncEnumerable<ContainerObservation> WatchAsync(RuntimeScope scope, CancellationToken cancellationToken) => throw new NotSupportedException();

        public IAsyncEnumerable<OutputLine> ReadOutputAsync(AttemptName attempt, int rank, OutputPosition after, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task StopAsync(AttemptName attempt, TimeSpan grace, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task RemoveAsync(AttemptName attempt, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
