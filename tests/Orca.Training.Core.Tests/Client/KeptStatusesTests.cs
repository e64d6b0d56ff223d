using Orca.Training.Client;
using Orca.Training.Jobs;
using Orca.Training.Jobs.Storage;

namespace Orca.Training.Core.Tests.Client;

public sealed class KeptStatusesTests
{
    private static readonly InstallationId Here = new("here");

    private readonly KeptStatuses _kept = new();

    [Fact]
    public void A_job_that_has_not_changed_has_the_status_that_was_given_before()
    {
        var first = _kept.Of(Reading(job: 7, revision: 2, place: 3), Here);

        Assert.Same(first, _kept.Of(Reading(job: 7, revision: 2, place: 3), Here));
    }

    [Theory]
    [InlineData(7, 3, 3, "here")]
    [InlineData(7, 2, 2, "here")]
    [InlineData(7, 2, 3, "there")]
    [InlineData(7 + 256, 2, 3, "here")]
    public void A_newer_revision_another_place_another_installation_or_another_job_has_its_own(long job, long revision, int place, string installation)
    {
        _kept.Of(Reading(job: 7, revision: 2, place: 3), Here);

        var status = _kept.Of(Reading(job, revision, place), new InstallationId(installation));

        Assert.Equal((job, revision, (int?)place, installation), (status.JobId.Value, status.Revision, status.QueuePosition, status.Installation?.Value));
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
