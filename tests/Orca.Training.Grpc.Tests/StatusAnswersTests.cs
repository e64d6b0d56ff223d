using Orca.Training.AspNetCore.Service;
using Orca.Training.Client;
using Orca.Training.Jobs;

namespace Orca.Training.Grpc.Tests;

public sealed class StatusAnswersTests
{
    private readonly StatusAnswers _answers = new();

    [Fact]
    public void A_status_that_has_not_changed_is_not_made_into_a_message_again()
    {
        var first = _answers.For(StatusOf(job: 7));

        Assert.Same(first, _answers.For(StatusOf(job: 7)));
    }

    [Fact]
    public void A_status_that_differs_in_anything_is_a_message_of_its_own()
    {
        var first = _answers.For(StatusOf(job: 7));

        Assert.Equal(3, _answers.For(StatusOf(job: 7) with { QueuePosition = 3 }).PositionInQueue);
        Assert.Equal(0, first.PositionInQueue);
    }

    [Fact]
    public void Jobs_that_share_a_place_get_their_own_answers()
    {
        var ids = Enumerable.Range(1, 2_000).Concat(Enumerable.Range(1, 2_000)).Select(i => (long)i).ToList();

        Assert.Equal(ids, ids.Select(id => _answers.For(StatusOf(id)).JobId));
    }

    [Fact]
    public void A_kept_message_carries_the_bytes_that_it_is_on_the_wire()
    {
        var message = _answers.For(StatusOf(job: 7));

        Assert.Equal(StatusMapping.ToWire(StatusOf(job: 7)), Wire.GetTrainingStatusResponse.Parser.ParseFrom(message.Serialized));
    }

    private static TrainingStatus StatusOf(long job) => new()
    {
        JobId = new JobId(job),
        Revision = 4,
        State = JobState.Running,
        Message = "Running.",
        Request = new TrainingRequest { Algorithm = "a", DatasetId = "d" },
        SubmittedAt = DateTimeOffset.UnixEpoch,
    };
}
