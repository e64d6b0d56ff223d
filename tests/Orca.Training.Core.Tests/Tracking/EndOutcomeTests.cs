using Orca.Training.Jobs;
using Orca.Training.Machines;
using Orca.Training.Tracking;

namespace Orca.Training.Tests.Tracking;

/// <summary>How a container's end is told to a data scientist.</summary>
public sealed class EndOutcomeTests
{
    private const string Advice = "Use a smaller batch or model, or ask for a higher limit.";

    [Theory]
    [InlineData(1, false, "NonZeroExit", "The training program ended with exit code 1.")]
    [InlineData(3, false, "NonZeroExit", "The training program ended with exit code 3.")]
    [InlineData(255, false, "NonZeroExit", "The training program ended with exit code 255.")]
    [InlineData(126, false, "NonZeroExit", "The training's command cannot be executed (exit code 126).")]
    [InlineData(127, false, "NonZeroExit", "The training's command was not found in its image (exit code 127).")]
    [InlineData(134, false, "NonZeroExit", "The training program aborted itself (exit code 134).")]
    [InlineData(139, false, "NonZeroExit", "The training program crashed with a segmentation fault (exit code 139).")]
    [InlineData(136, false, "NonZeroExit", "The training program ended with exit code 136.")]
    [InlineData(130, false, "Killed", "The training was interrupted from outside this service (SIGINT).")]
    [InlineData(137, false, "Killed", "The training was killed from outside this service (SIGKILL): by a person, or because the engine of its machine was stopped. The machine does not report that memory ran out.")]
    [InlineData(143, false, "Killed", "The training was stopped from outside this service (SIGTERM): by a person, or because the engine of its machine was stopped.")]
    [InlineData(137, true, "OutOfMemory", "The training used more memory than its limit of 512 MiB and was killed. " + Advice)]
    [InlineData(1, true, "OutOfMemory", "A process of the training used more memory than its limit of 512 MiB and was killed; the training then ended with exit code 1.")]
    [InlineData(127, true, "OutOfMemory", "A process of the training used more memory than its limit of 512 MiB and was killed; the training then ended with exit code 127.")]
    [InlineData(143, true, "Killed", "The training was stopped from outside this service (SIGTERM): by a person, or because the engine of its machine was stopped.")]
    [InlineData(139, true, "NonZeroExit", "The training program crashed with a segmentation fault (exit code 139).")]
    [InlineData(null, false, "Unknown", "The training ended, but the machine does not report how.")]
    [InlineData(null, true, "Unknown", "The training ended, but the machine does not report how.")]
    public void An_end_has_a_code_and_a_sentence(int? exitCode, bool outOfMemory, string code, string sentence)
    {
        Assert.Equal(new Outcome(new OutcomeCode(code), sentence, exitCode), EndOutcome.Of(End(exitCode, outOfMemory), 512L << 20, []));
    }

    [Theory]
    [InlineData(137, "The training used more memory than the machine has and was killed. " + Advice)]
    [InlineData(1, "A process of the training used more memory than the machine has and was killed; the training then ended with exit code 1.")]
    public void Without_a_limit_it_was_the_machines_memory(int exitCode, string sentence) =>
        Assert.Equal(sentence, EndOutcome.Of(End(exitCode, outOfMemory: true), 0, []).Message);

    [Fact]
    public void The_limit_that_is_told_is_the_one_it_was_started_with() =>
        Assert.Contains(
            "more memory than its limit of 64 MiB",
            EndOutcome.Of(End(137, outOfMemory: true) with { MemoryLimit = 64L << 20 }, 512L << 20, []).Message,
            StringComparison.Ordinal);

    [Fact]
    public void The_last_lines_follow_as_they_were_written() =>
        Assert.Equal(
            "The training program ended with exit code 1. Its last lines:\nTraceback:\n  KeyError: 'x'",
            EndOutcome.Of(End(1, false), 0, ["Traceback:", "  KeyError: 'x'"]).Message);

    [Theory]
    [InlineData(1, "[FATAL tini (8)] exec /train failed: Exec format error", true)]
    [InlineData(126, "exec /train: exec format error", true)]
    [InlineData(1, "x.onnx: format error", false)]
    [InlineData(3, "exec format error", false)]
    public void A_program_for_another_processor_is_told_by_its_last_line(int exitCode, string last, bool isForeign)
    {
        var outcome = EndOutcome.Of(End(exitCode, outOfMemory: false), 0, ["Loading.", last]);

        Assert.Equal(OutcomeCode.NonZeroExit, outcome.Code);
        Assert.Equal(isForeign, outcome.Message.StartsWith($"The training program was built for a processor architecture other than that of its machine (exit code {exitCode}).", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(129, "SIGHUP")]
    [InlineData(131, "SIGQUIT")]
    [InlineData(138, "SIGUSR1")]
    [InlineData(140, "SIGUSR2")]
    public void A_signal_that_somebody_sent_is_named_and_kills(int exitCode, string signal)
    {
        var outcome = EndOutcome.Of(End(exitCode, outOfMemory: false), 0, []);

        Assert.Equal((OutcomeCode.Killed, exitCode), (outcome.Code, outcome.ExitCode));
        Assert.Equal($"The training was ended from outside by a signal ({signal}, exit code {exitCode}).", outcome.Message);
    }

    [Theory]
    [InlineData(15, 0, "(SIGTERM)")]
    [InlineData(15, 3, "(SIGTERM)")]
    [InlineData(2, 0, "(SIGINT)")]
    [InlineData(15, 143, "(SIGTERM)")]
    [InlineData(15, 137, "(SIGKILL)")]
    public void Who_was_sent_a_signal_before_its_end_was_killed_whatever_its_exit_code(int signal, int exitCode, string named)
    {
        var end = End(exitCode, outOfMemory: false) with { Signal = signal };

        Assert.False(EndOutcome.IsSuccess(end));
        var outcome = EndOutcome.Of(end, 0, []);
        Assert.Equal(OutcomeCode.Killed, outcome.Code);
        Assert.Contains(named, outcome.Message, StringComparison.Ordinal);
        Assert.Equal(exitCode == 0, outcome.Message.Contains("is not published", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(135, false, "")]
    [InlineData(1, false, "RuntimeError: DataLoader worker (pid 7) is killed by signal: Bus error. It is possible that dataloader's workers are out of shared memory.")]
    [InlineData(1, true, "ERROR: Unexpected bus error encountered in worker. This might be caused by insufficient shared memory (shm).")]
    [InlineData(1, false, "OSError: [Errno 28] No space left on device: '/dev/shm/torch_7'")]
    public void Missing_shared_memory_is_named_with_the_setting_that_helps(int exitCode, bool outOfMemory, string last)
    {
        var outcome = EndOutcome.Of(End(exitCode, outOfMemory), 1L << 30, [last]);

        Assert.Equal(OutcomeCode.OutOfMemory, outcome.Code);
        Assert.Contains("ShmMiB", outcome.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("higher limit", outcome.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(127, "/usr/bin/env: ‘python3\\r’: No such file or directory")]
    [InlineData(127, "/train.sh: line 2: $'foo\\r': command not found")]
    [InlineData(127, ": not found")]
    [InlineData(2, "/train.sh: 2: set: Illegal option -")]
    public void Line_ends_of_Windows_are_told_by_what_a_shell_says(int exitCode, string last) =>
        Assert.Contains("CRLF", EndOutcome.Of(End(exitCode, outOfMemory: false), 0, [last]).Message, StringComparison.Ordinal);

    [Fact]
    public void What_the_runtime_found_out_of_a_command_that_cannot_be_run_is_told() =>
        Assert.Equal(
            "The training's command cannot be executed: /train.sh is odd (exit code 127).",
            EndOutcome.Of(End(127, outOfMemory: false) with { Detail = "/train.sh is odd" }, 0, []).Message);

    [Fact]
    public void An_end_that_is_not_known_says_why_where_the_machine_does() =>
        Assert.Equal(
            "The training ended, but the machine does not report how: its node 'n1' did not say how it ended.",
            EndOutcome.Of(End(exitCode: null, outOfMemory: false) with { Detail = "its node 'n1' did not say how it ended" }, 0, []).Message);

    [Fact]
    public void Ends_that_no_exit_code_tells_have_their_sentences_too()
    {
        Assert.Equal(new Outcome(OutcomeCode.Lost, "The container of the training was removed before its end was seen, so its outcome is not known."), EndOutcome.Lost([]));
        Assert.Equal("The container of the training was removed before its end was seen, so its outcome is not known. Its last lines:\nx", EndOutcome.Lost(["x"]).Message);
        Assert.Equal(new Outcome(OutcomeCode.Cancelled, "Cancelled on request."), EndOutcome.Cancelled(byHost: false));
        Assert.Equal(new Outcome(OutcomeCode.Cancelled, "Cancelled because the service stopped, and its job store is in memory."), EndOutcome.Cancelled(byHost: true));
        Assert.Equal(new Outcome(OutcomeCode.LaunchFailed, "The training could not be started within 00:15:00."), EndOutcome.NeverStarted(TimeSpan.FromMinutes(15), null));
        Assert.Equal("The training could not be started within 00:15:00. No engine.", EndOutcome.NeverStarted(TimeSpan.FromMinutes(15), "No engine.").Message);
    }

    private static ContainerObservation End(int? exitCode, bool outOfMemory) => new()
    {
        Attempt = new AttemptName(new InstallationId("i"), new AttemptId(new JobId(1), 1)),
        Rank = 0,
        Incarnation = "c",
        State = ContainerState.Ended,
        ExitCode = exitCode,
        OutOfMemory = outOfMemory,
    };
}
