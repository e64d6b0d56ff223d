using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Orca.Training.Client;
using Orca.Training.Jobs.Storage;

namespace Orca.Training.Tests.Client;

/// <summary>What callers within the process, and the log, are told of an exception that a call met.</summary>
public sealed class ClientErrorsTests
{
    private readonly FakeLogger _log = new();

    private static CancellationToken Cancelled => new(canceled: true);

    public static TheoryData<Exception> Temporary => [new JobStoreUnavailableException("No."), new IOException("No."), new TimeoutException("No."), new Transient(true, "No.")];

    public static TheoryData<Exception> Mistakes => [new InvalidOperationException("No."), new Transient(false, "No."), new OperationCanceledException("No."), new ArgumentNullException("job")];

    [Theory]
    [MemberData(nameof(Temporary), DisableDiscoveryEnumeration = true)]
    public void What_may_pass_is_unavailable_and_a_warning(Exception met)
    {
        var told = Assert.IsType<TrainingException>(new ClientErrors(_log).Translated(met, "TrainAsync", CancellationToken.None));

        Assert.Equal((TrainingError.Unavailable, "The job store is not available now: No."), (told.Error, told.Message));
        Assert.Same(met, told.InnerException);
        Assert.Equal((LogLevel.Warning, 1081, met), (_log.LatestRecord.Level, _log.LatestRecord.Id.Id, _log.LatestRecord.Exception));
        Assert.StartsWith("TrainAsync ", _log.LatestRecord.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Mistakes), DisableDiscoveryEnumeration = true)]
    public void What_nobody_expected_is_internal_and_an_error_in_the_log_with_the_cause_for_callers_in_the_process(Exception met)
    {
        var told = Assert.IsType<TrainingException>(new ClientErrors(_log).Translated(met, "TrainAsync", CancellationToken.None));

        Assert.Equal((TrainingError.Internal, "The training service failed with an unexpected error; its log has the details."), (told.Error, told.Message));
        Assert.Same(met, told.InnerException);
        Assert.Equal(1, _log.Collector.Count);
        Assert.Equal((LogLevel.Error, 1080, met), (_log.LatestRecord.Level, _log.LatestRecord.Id.Id, _log.LatestRecord.Exception));
    }

    [Fact]
    public void What_is_meant_for_the_caller_passes_and_is_no_news()
    {
        var errors = new ClientErrors(_log);

        Assert.Null(errors.Translated(new TrainingException(TrainingError.NotFound, "No."), "TrainAsync", CancellationToken.None));
        Assert.Null(errors.Translated(new TrainingException(TrainingError.NotFound, "No."), "TrainAsync", Cancelled));
        Assert.Null(errors.Translated(new OperationCanceledException(), "TrainAsync", Cancelled));
        Assert.Equal(0, _log.Collector.Count);
    }

    [Fact]
    public void What_a_call_meets_after_its_caller_has_left_is_a_cancellation()
    {
        var met = new IOException("No.");

        var told = Assert.IsType<OperationCanceledException>(new ClientErrors(_log).Translated(met, "TrainAsync", Cancelled));

        Assert.Same(met, told.InnerException);
        Assert.Equal(Cancelled, told.CancellationToken);
        Assert.Equal(0, _log.Collector.Count);
    }

    private sealed class Transient(bool isTransient, string message) : System.Data.Common.DbException(message)
    {
        public override bool IsTransient => isTransient;
    }
}
