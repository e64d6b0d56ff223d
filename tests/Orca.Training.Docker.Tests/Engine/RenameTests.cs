using Docker.DotNet.Models;
using Orca.Training.Machines;

namespace Orca.Training.Docker.Tests.Engine;

/// <summary>People rename containers: each call is for the container that is the attempt's, whatever it is called, also after a restart of the host.</summary>
public sealed class RenameTests(DockerEngine engine) : EngineTest(engine)
{
    private const string Waits = "echo ready; trap 'echo saved; exit 0' TERM; while :; do sleep 0.05; done";

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task A_renamed_container_is_read_stopped_and_removed(bool isByAnotherHost, bool isRecalled)
    {
        var spec = Script(Waits);
        var id = await StartAsync(spec);
        await Runtime.ReadOutputAsync(spec.Name, 0, default, Token).FirstAsync(Token);
        await RenameAsync(id, "renamed");
        using var other = NewRuntime();
        var runtime = isByAnotherHost ? other : Runtime;
        if (isRecalled)
        {
            runtime.Recall(spec.Name, [id]);
        }

        var reading = runtime.ReadOutputAsync(spec.Name, 0, default, Token).ToListAsync(Token).AsTask();
        await runtime.StopAsync(spec.Name, TimeSpan.FromSeconds(20), Token);

        Assert.Equal(["ready", "saved"], (await reading).Select(l => l.Text));
        var end = Assert.Single(await runtime.ListAsync(Scope, Token));
        Assert.Equal((id, ContainerState.Ended, 0, 15), (end.Incarnation, end.State, end.ExitCode, end.Signal));
        await runtime.RemoveAsync(spec.Name, Token);
        Assert.Null(await Engine.InspectAsync(id));
    }

    [Fact]
    public async Task A_container_that_got_the_name_is_left_alone_and_a_start_makes_no_second_one()
    {
        var (spec, other) = (Script(Waits, job: 1), Script(Waits, job: 2));
        var (id, foreign) = (await StartAsync(spec), await StartAsync(other));
        await RenameAsync(id, "renamed");
        await RenameAsync(foreign, spec.Name.ContainerOf(0));
        using var next = NewRuntime();
        await next.ListAsync(Scope, Token);

        Assert.Equal([id], Assert.IsType<StartResult.Started>(await next.StartAsync(spec, Phases, Token)).Incarnations);
        await next.RemoveAsync(spec.Name, Token);

        Assert.Null(await Engine.InspectAsync(id));
        Assert.True((await Engine.InspectAsync(foreign))!.State!.Running);
    }

    private Task RenameAsync(string id, string name) =>
        Engine.Client.Containers.RenameContainerAsync(id, new ContainerRenameParameters { NewName = name.StartsWith("orca-", StringComparison.Ordinal) ? name : $"{name}-{Scope.Installation}" }, Token);
}
