using System.Collections.Frozen;
using Orca.Training.Client;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;

namespace Orca.Training.Core.Tests.Client;

public sealed class KeptStatusesTests
{
    private static readonly InstallationId Here = new("here");

    private static readonly FrozenSet<JobId> Nothing = [];

    private readonly KeptStatuses _kept = new();

    [Fact]
    public void A_job_that_has_not_changed_has_the_status_that_was_given_before()
    {
        var first = _kept.Of(Reading(job: 7, revision: 2, place: 3), Here, Nothing);

        Assert.Same(first, _kept.Of(Reading(job: 7, revision: 2, place: 3), Here, Nothing));
    }

    [Theory]
    [InlineData(7, 3, 3, "here")]
    [InlineData(7, 2, 2, "here")]
    [InlineData(7, 2, 3, "there")]
    [InlineData(7 + 256, 2, 3, "here")]
    public void A_newer_revision_another_place_another_installation_or_another_job_has_its_own(long job, long revision, int place, string installation)
    {
        _kept.Of(Reading(job: 7, revision: 2, place: 3), Here, Nothing);

        var status = _kept.Of(Reading(job, revision, place), new InstallationId(installation), Nothing);

        Assert.Equal((job, revision, (int?)place, installation), (status.JobId.Value, status.Revision, status.QueuePosition, status.Installation?.Value));
    }

    [Fact]
    public void What_a_job_waits_for_is_told_as_it_is_now()
    {
        var job = Reading(job: 7, revision: 1, place: 1).Job;
        var waiting = new JobReading(job with { Request = job.Request with { DependsOn = [new(5), new(6)] } }, 1);

        string[] told = [.. new FrozenSet<JobId>[] { [new(5), new(6)], [new(6)], [] }.Select(unfinished => _kept.Of(waiting, Here, unfinished).Message)];

        Assert.Equal(3, told.Distinct().Count());
    }

    private static JobReading Reading(long job, long revision, int place) => new(
        new Job
        {
            Id = new JobId(job),
            Request = new TrainingRequest { Algorithm = "a", DatasetId = "d" },
            Revision = revision,
            SubmittedAt = DateTimeOffset.UnixEpoch,
        },
        place);
}
