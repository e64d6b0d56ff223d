using Microsoft.Extensions.DependencyInjection;
using Orca.Training.Artifacts;
using Orca.Training.Artifacts.Folders;
using Orca.Training.Client;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;
using Orca.Training.Jobs.Storage.Memory;
using Orca.Training.Logs;
using Orca.Training.Runs;
using Orca.Training.Scheduling.Capacity;
using Orca.Training.Testing;
using Orca.Training.Tracking;

namespace Orca.Training.Tests.Tracking;

/// <summary>What becomes of finished jobs, and of what they left.</summary>
public sealed class RetentionTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public Task By_default_all_is_kept() => VirtualTime.RunAsync(async time =>
    {
        await using var host = await TestHost.StartAsync(time, options: o => (o.ReconcilePeriod, o.LeaseDuration) = (TimeSpan.FromMinutes(10), TimeSpan.FromHours(1)));
        var job = await host.TrainAsync();
        await host.FinishAsync(job);

        await Task.Delay(TimeSpan.FromDays(2), time, Cancel);

        Assert.True(await ExistsAsync(host, job));
    });

    [Fact]
    public Task A_job_goes_with_its_logs_when_it_is_too_old() => VirtualTime.RunAsync(async time =>
    {
        await using var host = await StartAsync(time, r => r.KeepJobsFor = TimeSpan.FromDays(1));
        var old = await host.TrainAsync();
        await host.FinishAsync(old);
        await Task.Delay(TimeSpan.FromHours(20), time, Cancel);
        var young = await host.TrainAsync();
        await host.FinishAsync(young);

        await Task.Delay(TimeSpan.FromHours(5), time, Cancel);

        Assert.False(await ExistsAsync(host, old));
        Assert.True(await ExistsAsync(host, young));
        Assert.Equal(default, await LogEndAsync(host, old));
        Assert.NotEqual(default, await LogEndAsync(host, young));
    });

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 1)]
    public Task What_it_left_goes_too_but_for_what_it_published_where_that_is_to_be_kept(bool keepsArtifacts, int left) => VirtualTime.RunAsync(async time =>
    {
        var folder = Directory.CreateTempSubdirectory("orca-retention-");
        try
        {
            await using var host = await TestHost.StartAsync(
                time,
                _ => FakeTraining.Succeeds.Leaves("model.bin", [1]),
                o =>
                {
                    o.Retention.KeepJobs = 0;
                    o.Retention.KeepArtifacts = keepsArtifacts;
                },
                b => b.Services.AddSingleton<IArtifactStore>(new FolderArtifactStore(folder.FullName)));
            var status = await host.FinishAsync(await host.TrainAsync());
            Assert.Single(status.Artifacts);

            await Task.Delay(TimeSpan.FromMinutes(11), time, Cancel);

            Assert.False(await ExistsAsync(host, status.JobId));
            Assert.Equal(left, Directory.EnumerateFiles(folder.FullName, "*", SearchOption.AllDirectories).Count(f => !f.Contains('~')));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public Task The_files_of_a_models_version_go_when_both_it_and_its_job_are_gone(bool jobGoesFirst) => VirtualTime.RunAsync(async time =>
    {
        var folder = Directory.CreateTempSubdirectory("orca-retention-");
        try
        {
            await using var host = await TestHost.StartAsync(
                time,
                _ => FakeTraining.Succeeds.Leaves("model.bin", [1]),
                o => (o.Retention.KeepJobsFor, o.ReconcilePeriod, o.LeaseDuration) = (TimeSpan.FromDays(1), TimeSpan.FromMinutes(10), TimeSpan.FromHours(1)),
                b => b.Services.AddSingleton<IArtifactStore>(new FolderArtifactStore(folder.FullName)));
            var request = new TrainingRequest { Algorithm = "a", DatasetId = "d", OutputModelName = "m" };
            var job = (await host.FinishAsync(await host.Client.TrainAsync(request, Cancel))).JobId;
            int Files() => Directory.EnumerateFiles(folder.FullName, "*", SearchOption.AllDirectories).Count(f => !f.Contains('~'));
            Task RemoveAsync() => host.Client.Models.RemoveAsync("m", 1, Cancel);
            Task AgeAsync() => Task.Delay(TimeSpan.FromDays(2), time, Cancel);
            Func<Task>[] steps = jobGoesFirst ? [AgeAsync, RemoveAsync] : [RemoveAsync, AgeAsync];

            await steps[0]();

            Assert.Equal(1, Files());
            Assert.Equal(jobGoesFirst ? 1 : 0, (await host.Client.Models.ListVersionsAsync("m", Cancel)).Count);
            await steps[1]();
            Assert.Equal(0, Files());
            Assert.False(await ExistsAsync(host, job));
            Assert.Empty(await host.Client.Models.ListVersionsAsync("m", Cancel));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    });

    [Fact]
    public Task Of_too_many_those_that_finished_last_are_kept_however_many_there_are() => VirtualTime.RunAsync(async time =>
    {
        await using var host = await StartAsync(time, r => r.KeepJobs = 7);
        var jobs = new List<JobId>();
        for (var i = 0; i < 350; i++)
        {
            jobs.Add(await host.TrainAsync());
        }

        await host.FinishAsync(jobs[^1]);
        await Task.Delay(TimeSpan.FromMinutes(11), time, Cancel);

        var left = await host.Client.ListTrainingsAsync(new TrainingQuery { OldestFirst = true }, Cancel);
        Assert.Equal(jobs[^7..], left.Trainings.Select(t => t.JobId));
    });

    /// <remarks>The oldest of three is forgotten by the store, since two are kept; a model stays as long as one of its run is known.</remarks>
    [Theory]
    [InlineData("", 2)]
    [InlineData("m", 4)]
    public Task What_jobs_left_that_a_memory_store_forgets_goes_too_but_for_models(string model, int left) => VirtualTime.RunAsync(async time =>
    {
        var folder = Directory.CreateTempSubdirectory("orca-retention-");
        try
        {
            await using var host = await TestHost.StartAsync(
                time,
                _ => FakeTraining.Succeeds.Prints("hello").Leaves("model.bin", [1]),
                build: b =>
                {
                    b.Services.Configure<MemoryJobStoreOptions>(o => o.KeepFinished = 2);
                    b.Services.AddSingleton<IArtifactStore>(new FolderArtifactStore(folder.FullName));
                });
            var jobs = new List<JobId>();
            for (var i = 0; i < 5; i++)
            {
                var request = new TrainingRequest { Algorithm = "a", DatasetId = "d", OutputModelName = model };
                jobs.Add((await host.FinishAsync(await host.Client.TrainAsync(request, Cancel))).JobId);
            }

            await Task.Delay(TimeSpan.FromMinutes(11), time, Cancel);

            Assert.Equal(jobs[^2..], await LeftAsync(host));
            Assert.Equal(left, Directory.EnumerateFiles(folder.FullName, "model.bin", SearchOption.AllDirectories).Count());
            Assert.Equal(model.Length == 0 ? 0 : left, (await host.Client.Models.ListVersionsAsync("m", Cancel)).Count);
            Assert.Equal(default, await LogEndAsync(host, jobs[0]));
            Assert.NotEqual(default, await LogEndAsync(host, jobs[^1]));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    });

    [Fact]
    public Task What_a_job_that_is_still_to_start_waits_for_is_kept() => VirtualTime.RunAsync(async time =>
    {
        await using var host = await StartAsync(time, r => r.KeepJobsFor = TimeSpan.FromHours(1));
        var first = await host.TrainAsync();
        var other = await host.TrainAsync();
        var waiting = await host.Client.TrainAsync(new TrainingRequest { Algorithm = "a", DatasetId = "d", DependsOn = [first], IsHeld = true }, Cancel);
        await host.FinishAsync(first);

        await Task.Delay(TimeSpan.FromHours(2), time, Cancel);
        Assert.True(await ExistsAsync(host, first));
        Assert.False(await ExistsAsync(host, other));
        await host.Store.ApplyAsync([new JobCommand.RequestRelease(waiting, time.GetUtcNow())], null, Cancel);
        Assert.Equal(JobState.Succeeded, (await host.FinishAsync(waiting)).State);

        await Task.Delay(TimeSpan.FromHours(2), time, Cancel);
        Assert.False(await ExistsAsync(host, first));
    });

    [Fact]
    public Task What_the_oldest_left_cannot_be_removed_and_all_others_go_all_the_same() => VirtualTime.RunAsync(async time =>
    {
        await using var stuck = new StuckArtifacts(first: Sweeps.PageSize + 1);
        await using var host = await TestHost.StartAsync(
            time,
            _ => FakeTraining.Succeeds,
            o => o.Retention.KeepJobs = 0,
            b => b.UseCapacityPolicy(CapacityPolicies.Jobs(4)).Services.AddSingleton<IArtifactStore>(stuck));
        var jobs = await TrainAsync(host, Sweeps.PageSize + 3);

        await Task.Delay(TimeSpan.FromMinutes(11), time, Cancel);

        Assert.Equal(jobs[..^2], await LeftAsync(host));

        // A day later they have been tried some times, each less soon after the one before, and not 144 times as the looks were.
        await Task.Delay(TimeSpan.FromDays(1), time, Cancel);
        Assert.InRange(stuck.Tries, (Sweeps.PageSize + 1) * 4, (Sweeps.PageSize + 1) * 9);

        stuck.IsStuck = false;
        await Task.Delay(TimeSpan.FromDays(2), time, Cancel);
        Assert.Empty(await LeftAsync(host));
    });

    [Fact]
    public Task A_held_job_that_waits_for_the_oldest_holds_up_the_removal_of_no_other() => VirtualTime.RunAsync(async time =>
    {
        await using var host = await StartAsync(time, r => r.KeepJobs = 0);
        var jobs = await TrainAsync(host, Sweeps.PageSize + 2);
        var held = new List<JobId>();
        foreach (var needed in jobs[..^2].Chunk(50))
        {
            held.Add(await host.Client.TrainAsync(new TrainingRequest { Algorithm = "a", DatasetId = "d", DependsOn = needed, IsHeld = true }, Cancel));
        }

        await Task.Delay(TimeSpan.FromMinutes(11), time, Cancel);

        Assert.Equal([.. jobs[..^2], .. held], await LeftAsync(host));
    });

    [Fact]
    public Task A_record_that_the_store_does_not_let_go_of_holds_up_no_other() => VirtualTime.RunAsync(async time =>
    {
        var jobs = new MemoryJobStore(new MemoryJobStoreOptions(), time);
        var store = new FaultyStore(jobs) { Stuck = new JobId(2) };
        await using var host = await TestHost.StartAsync(
            time, _ => FakeTraining.Succeeds, o => o.Retention.KeepJobs = 0, b => b.Services.AddSingleton<IJobStore>(store));
        await TrainAsync(host, 4);

        await Task.Delay(TimeSpan.FromMinutes(11), time, Cancel);

        Assert.Equal([new JobId(2)], await LeftAsync(host));
    });

    [Fact]
    public void Of_jobs_that_cannot_be_removed_no_more_are_noted_than_there_is_room_for()
    {
        var pauses = new RemovalPauses(TimeSpan.FromMinutes(10));

        var told = Enumerable.Range(1, RemovalPauses.MostNoted + 5).Count(i => pauses.Fail(new JobId(i), default));

        Assert.Equal((RemovalPauses.MostNoted, RemovalPauses.MostNoted), (told, pauses.Count));
        Assert.True(pauses.IsDue(new JobId(RemovalPauses.MostNoted + 1), default));
        Assert.False(pauses.IsDue(new JobId(1), default));
        pauses.EndLook();
        Assert.False(pauses.IsDue(new JobId(1), default));
        pauses.EndLook();
        Assert.Equal(1, pauses.Count);
    }

    [Fact]
    public Task A_container_stays_for_as_long_as_it_is_to_be_kept() => VirtualTime.RunAsync(async time =>
    {
        await using var host = await StartAsync(time, r => r.KeepContainersFor = TimeSpan.FromHours(1));
        await host.FinishAsync(await host.TrainAsync());

        await Task.Delay(TimeSpan.FromMinutes(59), time, Cancel);
        Assert.Equal(1, host.Runtime.ContainerCount);

        await Task.Delay(TimeSpan.FromMinutes(2), time, Cancel);
        Assert.Equal(0, host.Runtime.ContainerCount);
    });

    [Fact]
    public Task A_host_that_keeps_no_jobs_leaves_no_container_when_it_stops() => VirtualTime.RunAsync(async time =>
    {
        var host = await StartAsync(time, r => r.KeepContainersFor = TimeSpan.FromHours(1));
        await host.FinishAsync(await host.TrainAsync());

        await host.DisposeAsync();

        Assert.Equal(0, host.Runtime.ContainerCount);
    });

    [Fact]
    public Task The_run_of_a_removed_job_goes_after_its_own_time() => VirtualTime.RunAsync(async time =>
    {
        await using var host = await StartAsync(time, r => (r.KeepJobs, r.KeepRunsFor) = (0, TimeSpan.FromDays(2)));
        var jobs = await TrainAsync(host, RunSweep.PageSize + 1);

        await Task.Delay(TimeSpan.FromDays(1), time, Cancel);
        Assert.Empty(await LeftAsync(host));
        Assert.Equal(jobs[0], (await host.Client.Runs.GetAsync(jobs[0], Cancel))!.Job);

        await Task.Delay(TimeSpan.FromDays(1) + TimeSpan.FromMinutes(30), time, Cancel);
        Assert.Empty(await host.Client.Runs.QueryAsync(new RunQuery(), Cancel));
    });

    private static Task<TestHost> StartAsync(VirtualTime time, Action<RetentionOptions> retention) => TestHost.StartAsync(
        time,
        _ => FakeTraining.Succeeds.Prints("hello"),
        o => retention(o.Retention),
        b => b.UseCapacityPolicy(CapacityPolicies.Jobs(4)));

    private static async Task<List<JobId>> TrainAsync(TestHost host, int count)
    {
        var jobs = new List<JobId>();
        for (var i = 0; i < count; i++)
        {
            jobs.Add(await host.TrainAsync());
        }

        foreach (var job in jobs)
        {
            await host.FinishAsync(job);
        }

        return jobs;
    }

    private static async Task<IEnumerable<JobId>> LeftAsync(TestHost host) =>
        (await host.Store.ReadPageAsync(new JobQuery { Limit = 1000 }, Cancel)).Select(r => r.Job.Id).Order();

    private static async Task<bool> ExistsAsync(TestHost host, JobId job) => await host.Store.ReadAsync(job, Cancel) is not null;

    private static async Task<OutputPosition> LogEndAsync(TestHost host, JobId job)
    {
        var attempt = new AttemptName(await host.Store.GetInstallationAsync(Cancel), new AttemptId(job, 1));
        return await host.Host.Services.GetRequiredService<ILogStore>().GetEndAsync(attempt, 0, Cancel);
    }

    /// <summary>Removes nothing of the first jobs.</summary>
    private sealed class StuckArtifacts(int first) : IArtifactStore, IAsyncDisposable
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("orca-retention-");

        public bool IsStuck { get; set; } = true;

        public int Tries { get; private set; }

        public bool IsShared => false;

        public bool IsOnHost => true;

        private FolderArtifactStore Inner => new(_folder.FullName);

        public Task<AttemptPlaces> PrepareAsync(AttemptName attempt, CancellationToken cancellationToken) => Inner.PrepareAsync(attempt, cancellationToken);

        public Task<IReadOnlyList<Artifact>> CollectAsync(AttemptName attempt, IReadOnlyList<AnnouncedArtifact> announced, CancellationToken cancellationToken) =>
            Inner.CollectAsync(attempt, announced, cancellationToken);

        public Task<Stream> OpenAsync(Artifact artifact, long offset, CancellationToken cancellationToken) => Inner.OpenAsync(artifact, offset, cancellationToken);

        public Uri OutputOf(AttemptName attempt) => Inner.OutputOf(attempt);

        public Task RemoveAsync(InstallationId installation, JobId job, int? exceptAttempt, CancellationToken cancellationToken)
        {
            if (IsStuck && job.Value <= first)
            {
                Tries++;
                throw new IOException("Operation not permitted");
            }

            return Inner.RemoveAsync(installation, job, exceptAttempt, cancellationToken);
        }

        public ValueTask DisposeAsync()
        {
            _folder.Delete(recursive: true);
            return ValueTask.CompletedTask;
        }
    }
}
