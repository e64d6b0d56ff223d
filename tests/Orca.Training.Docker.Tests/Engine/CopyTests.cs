using Docker.DotNet.Models;
using Orca.Training.Artifacts;

namespace Orca.Training.Docker.Tests.Engine;

/// <summary>Folders that reach containers by copies, as for a host in a container or an engine elsewhere.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class CopyTests(DockerEngine engine) : CopyTest(engine)
{
    [Fact]
    public async Task What_is_copied_in_is_read_and_what_was_written_comes_back()
    {
        var (spec, folders) = Places("cat $DATA/deep/numbers $CHECKPOINT/step > $OUTPUT/model; mkdir $OUTPUT/more; echo 2 > $OUTPUT/more/log; echo 9 > $CHECKPOINT/step; rm $CHECKPOINT/old");
        Write("data/deep/numbers", "1 2 3\n");
        Write("checkpoint/step", "8\n");
        Write("checkpoint/old", "");
        Assert.Equal(0, (await RunAsync(spec)).ExitCode);
        Write("output/earlier", "left by somebody else");
        await Runtime.FetchAsync(spec.Name, folders, Token);
        await Runtime.FetchAsync(spec.Name, folders, Token);

        Assert.Equal("1 2 3\n8\n", Read("output/model"));
        Assert.Equal("2\n", Read("output/more/log"));
        Assert.Equal(["checkpoint/step", "data/deep/numbers", "output/model", "output/more/log"], Files());
        Assert.Equal("9\n", Read("checkpoint/step"));
    }

    [Fact]
    public async Task The_training_owns_what_it_writes_and_can_only_read_its_data()
    {
        var (spec, _) = Places("stat -c '%u:%g %a' $OUTPUT $CHECKPOINT/step $DATA $DATA/deep $DATA/deep/numbers; for place in / /orca $DATA $DATA/deep $OUTPUT $CHECKPOINT; do (echo x > $place/file) 2>/dev/null && echo $place; done; (echo x > $DATA/deep/numbers) 2>/dev/null || chmod 666 $DATA/deep/numbers 2>/dev/null || echo kept");
        Write("data/deep/numbers", "1");
        Write("checkpoint/step", "8");
        await RunAsync(spec);
        var user = HostUser.Default();

        Assert.Equal(
            [$"{user} 755", $"{user} 644", "0:0 555", "0:0 555", "0:0 444", "/orca/output", "/orca/checkpoint", "kept"],
            (await OutputAsync(spec)).Select(l => l.Text));
        Assert.True((await Engine.InspectAsync(spec.Name.ContainerOf(0)))!.HostConfig!.ReadonlyRootfs);
    }

    [Fact]
    public async Task Its_volumes_carry_its_labels_and_go_with_it()
    {
        var (spec, _) = Places("true");
        await RunAsync(spec);
        var mine = new VolumesListParameters
        {
            Filters = new Dictionary<string, IDictionary<string, bool>> { ["label"] = new Dictionary<string, bool> { [$"orca.application={Scope.Application}"] = true } },
        };
        Assert.Single((await Engine.Client.Volumes.ListAsync(mine, Token)).Volumes);

        await Runtime.RemoveAsync(spec.Name, Token);

        Assert.Empty((await Engine.Client.Volumes.ListAsync(mine, Token)).Volumes ?? []);
    }

    [Fact]
    public async Task Links_come_as_links_and_lead_nothing_outside()
    {
        var (spec, folders) = Places("ln -s step-2 $CHECKPOINT/latest; echo 2 > $CHECKPOINT/step-2; ln -s /etc $CHECKPOINT/etc; echo 3 > $OUTPUT/a; ln $OUTPUT/a $OUTPUT/b; printf '#!/bin/sh' > $OUTPUT/run; chmod +x $OUTPUT/run");
        await RunAsync(spec);
        await Runtime.FetchAsync(spec.Name, folders, Token);

        Assert.Equal("step-2", new FileInfo(PathOf("checkpoint/latest")).LinkTarget);
        Assert.Equal("/etc", new FileInfo(PathOf("checkpoint/etc")).LinkTarget);
        Assert.Equal(("3\n", "3\n"), (Read("output/a"), Read("output/b")));
        Assert.True(File.GetUnixFileMode(PathOf("output/run")).HasFlag(UnixFileMode.UserExecute));
    }

    [Fact]
    public async Task A_pipe_comes_as_a_pipe_and_a_name_that_is_no_text_is_told_and_the_folder_stays_as_it_was()
    {
        var (spec, folders) = Places("""mkfifo $OUTPUT/pipe; ln -s /etc "$CHECKPOINT/$(printf '\376')"; mkdir "$CHECKPOINT/$(printf '\377')"; echo evil > "$CHECKPOINT/$(printf '\377')/evil" """);
        Write("checkpoint/earlier", "here");
        await RunAsync(spec);
        await Runtime.FetchAsync(spec.Name, folders[..1], Token);
        var exception = await Assert.ThrowsAsync<ArtifactException>(() => Runtime.FetchAsync(spec.Name, folders, Token));

        Assert.True(File.Exists(PathOf("output/pipe")));
        Assert.Matches(@"\\xF[EF]", exception.Message);
        Assert.Equal("here", Read("checkpoint/earlier"));
        Assert.False(File.Exists("/etc/evil"));
    }

    [Fact]
    public async Task What_only_seems_large_is_refused_before_it_comes_and_holes_take_no_room()
    {
        var (spec, folders) = Places("truncate -s 1G $OUTPUT/x; truncate -s 64M $CHECKPOINT/x");
        await RunAsync(spec);
        var small = folders.Select(f => f with { Limits = f.Limits with { Bytes = 64 << 20 } }).ToList();
        var exception = await Assert.ThrowsAsync<ArtifactException>(() => Runtime.FetchAsync(spec.Name, small, Token));

        Assert.Equal(Jobs.OutcomeCode.ArtifactTooLarge, exception.Code);
        await Runtime.FetchAsync(spec.Name, small[1..], Token);
        Assert.Equal(64 << 20, new FileInfo(PathOf("checkpoint/x")).Length);
    }

    [Fact]
    public async Task What_somebody_removed_can_never_be_brought()
    {
        var (spec, folders) = Places("true");
        await RunAsync(spec);
        await Runtime.RemoveAsync(spec.Name, Token);
        var exception = await Assert.ThrowsAsync<ArtifactException>(() => Runtime.FetchAsync(spec.Name, folders, Token));

        Assert.Contains(spec.Name.ContainerOf(0), exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_start_that_was_cut_off_after_the_container_was_made_copies_again()
    {
        var (spec, _) = Places("cat $DATA/numbers");
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var missing = spec with { Mounts = [.. spec.Mounts.Select(m => m with { HostPath = m.HostPath + "-missing" })] };
        var fault = await Assert.ThrowsAsync<IOException>(() => Runtime.StartAsync(missing, Phases, Token));
        Assert.Contains("data-missing'", fault.Message, StringComparison.Ordinal);

        Write("data/numbers", "1 2 3");
        await RunAsync(spec);

        Assert.Equal("1 2 3", Assert.Single(await OutputAsync(spec)).Text);
    }
}
