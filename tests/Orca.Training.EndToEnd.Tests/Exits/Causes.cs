using Orca.Training.Jobs;
using static Orca.Training.EndToEnd.Tests.Exits.Scene;

namespace Orca.Training.EndToEnd.Tests.Exits;

/// <summary>The exit matrix: whatever can end a training, and what is said of it.</summary>
internal static class Causes
{
    private const string Gone = "The container of the training was removed before its end was seen, so its outcome is not known.";

    private const string BySigkill = "The training was killed from outside this service (SIGKILL): by a person, or because the engine of its machine was stopped. The machine does not report that memory ran out.";

    private const string BySigterm = "The training was stopped from outside this service (SIGTERM): by a person, or because the engine of its machine was stopped.";

    private const string SavesOnSigterm = "trap 'echo half > \"$ORCA_OUTPUT_PATH/model\"; exit 0' TERM; " + Waits;

    private const string TooMuchMemory = "The training used more memory than its limit of 64 MiB and was killed. Use a smaller batch or model, or ask for a higher limit.";

    public static readonly IReadOnlyList<Cause> All =
    [
        // The program's own end.
        new("exit code 0", Script("exit 0"), OutcomeCode.Completed, "The training completed."),
        new("exit code 1", Script("echo 'no such column: label' >&2; exit 1"), OutcomeCode.NonZeroExit, "The training program ended with exit code 1. Its last lines:\nno such column: label"),
        new("exit code 2", Script("exit 2"), OutcomeCode.NonZeroExit, "The training program ended with exit code 2."),
        new("exit code 126: a file that is not a program", Script(""": > "$ORCA_OUTPUT_PATH/x"; exec "$ORCA_OUTPUT_PATH/x" """), OutcomeCode.NonZeroExit, "The training's command cannot be executed (exit code 126)."),
        new("exit code 127: a missing program", Script("exec no-such-program"), OutcomeCode.NonZeroExit, "The training's command was not found in its image (exit code 127)."),
        new("exit code 137: the program sends itself SIGKILL", Script("kill -KILL $$"), OutcomeCode.Killed, BySigkill),
        new("exit code 143: the program sends itself SIGTERM", Script("kill -TERM $$"), OutcomeCode.Killed, BySigterm),
        new("exit code 130: SIGINT", Script("kill -INT $$"), OutcomeCode.Killed, "The training was interrupted from outside this service (SIGINT)."),
        new("a segmentation fault", Script("kill -SEGV $$"), OutcomeCode.NonZeroExit, "The training program crashed with a segmentation fault (exit code 139)."),
        new("a bus error", Script("kill -BUS $$"), OutcomeCode.OutOfMemory, "The training ran out of shared memory (/dev/shm)"),
        new("an abort", Script("kill -ABRT $$"), OutcomeCode.NonZeroExit, "The training program aborted itself (exit code 134)."),
        new("the program exceeds the memory limit", Script("exec tail /dev/zero"), OutcomeCode.OutOfMemory, TooMuchMemory),
        new("a child process exceeds the memory limit", Script("tail /dev/zero; exit 3"), OutcomeCode.OutOfMemory, "A process of the training used more memory than its limit of 64 MiB and was killed; the training then ended with exit code 3."),
        new("a child process exceeds the memory limit, and the program ends with exit code 0", Script("tail /dev/zero; exit 0"), OutcomeCode.Completed, "The training completed."),
        new("more processes than the limit", Script("set -e; i=0; while [ $i -lt 100 ]; do sleep 60 & i=$((i+1)); done"), OutcomeCode.NonZeroExit, "can't fork"),
        new("a full disk", Script("""dd if=/dev/zero of="$ORCA_OUTPUT_PATH/model" bs=64k count=32; sleep 60"""), OutcomeCode.DiskFull, "The training filled the disk of its host") { Setting = Setting.SmallDisk },
        new("an announced file is missing", Script("""echo '{"orca":"artifact","name":"model.pt"}'"""), OutcomeCode.ArtifactMissing, "model.pt"),
        new("a sparse file of 8 TiB", Script("""truncate -s 8192G "$ORCA_OUTPUT_PATH/x" """), OutcomeCode.ArtifactTooLarge, "The training left more than 17179869184 bytes, 'x' with 8796093022208 of them"),
        new("a link to a folder in the output", Script("""cd "$ORCA_OUTPUT_PATH"; mkdir run-1; : > model.pt; ln -s model.pt last.ckpt; ln -s run-1 latest-run; echo '{"orca":"artifact","name":"last.ckpt"}'"""),
            OutcomeCode.Completed, "The training completed. Not published: 'latest-run' is a symbolic link that leads to a folder."),

        // Somebody on the machine.
        new("docker stop", Script(Waits), OutcomeCode.Killed, BySigterm) { Act = OnceBegun(s => s.DockerAsync("stop")) },
        new("docker stop of a training that saves and ends with exit code 0", Script(SavesOnSigterm), OutcomeCode.Killed, BySigterm + " It then ended with exit code 0,") { Act = OnceBegun(s => s.DockerAsync("stop")) },
        new("docker kill --signal QUIT", Script(Begins + "exec sleep 60"), OutcomeCode.Killed, "by a signal (SIGQUIT") { Act = OnceBegun(s => s.DockerAsync("kill", "--signal", "QUIT")) },
        new("docker kill --signal HUP", Script(Waits), OutcomeCode.Killed, "by a signal (SIGHUP") { Act = OnceBegun(s => s.DockerAsync("kill", "--signal", "HUP")) },
        new("docker kill --signal USR1", Script(Waits), OutcomeCode.Killed, "by a signal (SIGUSR1") { Act = OnceBegun(s => s.DockerAsync("kill", "--signal", "USR1")) },
        new("docker kill", Script(Waits), OutcomeCode.Killed, BySigkill) { Act = OnceBegun(s => s.DockerAsync("kill")) },

        new("docker rm --force", Script(Waits), OutcomeCode.Killed, "The training") { Act = OnceBegun(s => s.DockerAsync("rm", "--force")), Or = OutcomeCode.Lost },

        // The start.
        new("an image that is missing and never pulled", Of("missing-image"), OutcomeCode.ImageNotFound, "The image 'orca-training/no-such-image:1' is not on the machine and is never pulled, as its algorithm's Pull says."),
        new("an image that cannot be pulled", Of("unreachable-registry"), OutcomeCode.ImagePullFailed, "127.0.0.1:1/nowhere:1"),
        new("an invalid image name", Of("bad-name"), OutcomeCode.InvalidSpec, "'Not An Image' is not the name of an image"),
        new("a command that is not in the image", Of("missing-command"), OutcomeCode.NonZeroExit, "The training's command was not found in its image (exit code 127)."),
        new("a command that is not a program", Of("no-program"), OutcomeCode.NonZeroExit, "The training's command cannot be executed (exit code 126)."),
        new("an image for another processor architecture", Of("other-processor"), OutcomeCode.NonZeroExit, "The training program was built for a processor architecture other than that of its machine (exit code 1)."),
        new("a folder that the engine cannot mount", Of("unmounted", "vanishing"), OutcomeCode.InvalidSpec, "The Docker Engine cannot see or cannot mount a folder of the container"),
        new("a GPU that the engine cannot provide", Of("gpu"), OutcomeCode.InvalidSpec, "The job asks for 1 GPU(s), which the Docker Engine cannot provide"),
        new("a dataset that was deleted", Of("shell", "fleeting"), OutcomeCode.DatasetUnavailable, "The dataset cannot be used:") { Setting = Setting.Busy, Act = s => s.DeleteDatasetAsync("fleeting") },

        // Its limits.
        new("queued too long", Script("exit 0", new TrainingTimeouts { Queued = TimeSpan.FromMilliseconds(1) }), OutcomeCode.QueueTimedOut, "The training could not be started within 00:00:00.0010000, its limit for waiting in the queue.") { Setting = Setting.Busy, Act = s => s.FinishAsync() },
        new("launching too long", Of("slow-image") with { Timeouts = new() { Launching = TimeSpan.FromSeconds(1) } }, OutcomeCode.LaunchFailed, "The training could not be started within 00:00:01."),
        new("running too long", Script(Waits, new TrainingTimeouts { Running = TimeSpan.FromSeconds(1) }), OutcomeCode.TimedOut, "The training ran longer than its limit of 00:00:01 and was stopped."),
        new("no progress", Script(Waits, new TrainingTimeouts { NoProgress = TimeSpan.FromSeconds(1) }), OutcomeCode.Stalled, "The training reported neither a metric nor progress for 00:00:01, its limit, and was stopped."),
        new("a dependency fails", Script("exit 0"), OutcomeCode.DependencyFailed, "which must succeed before this one starts, has failed.") { After = "exit code 1" },

        // A cancel.
        new("a cancel while queued", Script("exit 0"), OutcomeCode.Cancelled, "Cancelled on request.") { Setting = Setting.Busy, Act = s => s.CancelAsync() },
        new("a cancel while launching", Of("slow-image"), OutcomeCode.Cancelled, "Cancelled on request.") { Act = async s => { await s.WaitAsync(t => t.State is JobState.Launching); await s.CancelAsync(); } },
        new("a cancel while running", Script(Waits), OutcomeCode.Cancelled, "Cancelled on request.") { Act = OnceBegun(s => s.CancelAsync()) },
        new("a cancel that the training handles itself", Script("trap 'exit 7' TERM; " + Waits), OutcomeCode.Cancelled, "Cancelled on request.") { Act = OnceBegun(s => s.CancelAsync()) },
        new("a cancel that the training ignores until it is killed", Script("trap '' TERM; " + Waits), OutcomeCode.Cancelled, "Cancelled on request.") { Act = OnceBegun(s => s.CancelAsync()) },

        // The engine's end.
        new("the engine is stopped and started", Script(Waits), OutcomeCode.Completed, "The training completed.") { Setting = Setting.EngineStopped, Before = s => s.BegunAsync(), Act = s => s.LetGoAsync() },
        new("the engine is killed and started", Script(Waits), OutcomeCode.Completed, "The training completed.") { Setting = Setting.EngineKilled, Before = s => s.BegunAsync(), Act = s => s.LetGoAsync() },
        new("the engine is stopped, and with it a training that saves and ends with exit code 0", Script(SavesOnSigterm), OutcomeCode.Killed, BySigterm) { Setting = Setting.EngineStoppedWithContainers, Before = s => s.BegunAsync() },
        new("the engine is stopped, and its containers with it", Script(Waits), OutcomeCode.Killed, BySigterm) { Setting = Setting.EngineStoppedWithContainers, Before = s => s.BegunAsync() },
        new("the engine is killed, and its containers with it", Script(Waits), OutcomeCode.Killed, BySigterm) { Setting = Setting.EngineKilledWithContainers, Before = s => s.BegunAsync() },

        // The host's end. What the row does is done while there is no host.
        WithoutHost("the host is killed, and the training continues", Script(Waits + "exit 0"), OutcomeCode.Completed, "The training completed.", s => Task.CompletedTask) with { GoesOn = true },
        WithoutHost("the host is killed, and the training completes", Script(Waits + "exit 0"), OutcomeCode.Completed, "The training completed.", EndsAlone),
        WithoutHost("the host is killed, and the training fails", Script(Waits + "echo 'bad batch'; exit 3"), OutcomeCode.NonZeroExit, "The training program ended with exit code 3. Its last lines:\nbad batch", EndsAlone),
        WithoutHost("the host is killed, and memory runs out", Script(Waits + "exec tail /dev/zero"), OutcomeCode.OutOfMemory, TooMuchMemory, EndsAlone),
        WithoutHost("the host is killed, and somebody stops the training, which saves and ends with exit code 0", Script(SavesOnSigterm), OutcomeCode.Killed, BySigterm, s => s.DockerAsync("stop")),
        WithoutHost("the host is killed, and somebody kills the training", Script(Waits), OutcomeCode.Killed, BySigkill, s => s.DockerAsync("kill")),
        WithoutHost("the host is killed, and somebody removes the running container", Script(Waits), OutcomeCode.Lost, Gone, s => s.DockerAsync("rm", "--force")),
        WithoutHost("the host is killed, and somebody removes the ended container", Script(Waits + "exit 0"), OutcomeCode.Lost, Gone, async s => { await EndsAlone(s); await s.DockerAsync("rm"); }),
        WithoutHost("the host is killed before an announced file is written", Script("""echo '{"orca":"artifact","name":"model.pt"}'; """ + Waits), OutcomeCode.ArtifactMissing, "model.pt", EndsAlone),
        WithoutHost("the host is killed between a cancel and its end", Script(Waits), OutcomeCode.Cancelled, "Cancelled on request.", s => s.DockerAsync("kill"), OnceBegun(s => s.CancelAsync())),
        WithoutHost("the host is killed before it carries out a cancel", Script(Waits), OutcomeCode.Cancelled, "Cancelled on request.", s => Task.CompletedTask, OnceBegun(s => s.CancelAsync())),
        WithoutHost("the host is killed while it launches", Of("slow-image"), OutcomeCode.Completed, "The training completed.", s => Task.CompletedTask, s => s.WaitAsync(t => t.State is JobState.Launching)),
    ];

    private static Cause WithoutHost(string name, TrainingRequest training, OutcomeCode outcome, string says, Func<Scene, Task> act, Func<Scene, Task>? before = null) =>
        new(name, training, outcome, says) { Setting = Setting.HostKilled, Before = before ?? (s => s.BegunAsync()), Act = act };

    private static async Task EndsAlone(Scene scene)
    {
        await scene.LetGoAsync();
        await scene.DockerAsync("wait");
    }

    private static Func<Scene, Task> OnceBegun(Func<Scene, Task> act) => async scene =>
    {
        await scene.BegunAsync();
        await act(scene);
    };

    private static TrainingRequest Script(string script, TrainingTimeouts? timeouts = null) =>
        Of("shell") with { Parameters = new Dictionary<string, string> { ["SCRIPT"] = script }, Timeouts = timeouts };

    private static TrainingRequest Of(string algorithm, string dataset = "numbers") => new() { Algorithm = algorithm, DatasetId = dataset };
}
