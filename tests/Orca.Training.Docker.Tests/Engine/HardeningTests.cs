using Orca.Training.Machines;
using Resources = Orca.Training.Scheduling.Capacity.Resources;

namespace Orca.Training.Docker.Tests.Engine;

public sealed class HardeningTests(DockerEngine engine) : EngineTest(engine)
{
    private readonly string _output = Directory.CreateTempSubdirectory("orca-output-").FullName;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Directory.Delete(_output, recursive: true);
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task The_engine_confirms_every_restriction()
    {
        var spec = Script("sleep 60") with { Limits = new Resources(0.5, 64 * 1024 * 1024) };
        await StartAsync(spec);
        var container = (await Engine.InspectAsync(spec.Name.ContainerOf(0)))!;
        var host = container.HostConfig!;

        Assert.Equal(HostUser.Default(), container.Config!.User);
        Assert.True(host.ReadonlyRootfs);
        Assert.Equal(["ALL"], host.CapDrop);
        Assert.Equal(["no-new-privileges:true"], host.SecurityOpt);
        Assert.False(host.Privileged);
        Assert.Equal(512, host.PidsLimit);
        Assert.Equal(64 * 1024 * 1024, host.Memory);
        Assert.Equal(host.Memory, host.MemorySwap);
        Assert.Equal(500_000_000, host.NanoCPUs);
        Assert.Equal(host.Memory / 2, host.ShmSize);
        Assert.Equal("none", host.NetworkMode);
        Assert.True(host.Init);
        Assert.Equal("json-file", host.LogConfig.Type);
        Assert.Equal(("64m", "4", "blocking"), (host.LogConfig.Config["max-size"], host.LogConfig.Config["max-file"], host.LogConfig.Config["mode"]));
        Assert.Equal(0, host.RestartPolicy.MaximumRetryCount);
        Assert.Equal("no", host.RestartPolicy.Name.ToString(), ignoreCase: true);
    }

    [Fact]
    public async Task The_training_finds_itself_restricted()
    {
        var spec = Script("id -u; grep -E '^(CapEff|CapBnd|NoNewPrivs)' /proc/self/status; ls /sys/class/net; df -m /dev/shm | tail -n 1 | awk '{print $2}'; echo \"$HOME $USER $LOGNAME\"; mkdir -p ~/.cache/x && echo room");
        await RunAsync(spec);

        Assert.Equal(
            [HostUser.Default().Split(':')[0], "CapEff:\t0000000000000000", "CapBnd:\t0000000000000000", "NoNewPrivs:\t1", "lo", "256", "/orca/home orca orca", "room"],
            (await OutputAsync(spec)).Select(l => l.Text));
    }

    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public async Task Writes_are_refused_but_in_the_output_and_tmp()
    {
        File.SetUnixFileMode(_output, (UnixFileMode)0b111_111_111);
        var data = Directory.CreateTempSubdirectory("orca-data-").FullName;
        File.SetUnixFileMode(data, (UnixFileMode)0b111_111_111);
        var spec = Script("for place in / /etc /bin /data /output /tmp; do (echo x > $place/file) 2>/dev/null && echo $place; done; printf '#!/bin/sh\\necho ran' > /tmp/program; chmod +x /tmp/program; /tmp/program");
        await RunAsync(spec with
        {
            Mounts = [new FolderMount(_output, "/output", IsReadOnly: false), new FolderMount(data, "/data", IsReadOnly: true)],
        });
        Directory.Delete(data);

        Assert.Equal(["/output", "/tmp", "ran"], (await OutputAsync(spec)).Select(l => l.Text));
        Assert.True(File.Exists(Path.Combine(_output, "file")));
    }

    [Fact]
    public async Task A_fork_bomb_ends_at_the_limit_of_processes()
    {
        var spec = Script("i=0; while [ $i -lt 30 ]; do sleep 60 & i=$((i+1)); done; echo all");
        using var own = NewRuntime(o => o.PidsLimit = 20);
        Assert.IsType<StartResult.Started>(await own.StartAsync(spec, Phases, Token));

        Assert.DoesNotContain(await OutputAsync(spec), l => l.Text == "all");
    }
}
