using System.Text.Json;
using Orca.Training.Jobs;
using Orca.Training.Machines;

namespace Orca.Training.Docker.Tests.Engine;

/// <summary>Images that come from a registry which asks who is there.</summary>
public sealed class RegistryTests(DockerEngine engine, PrivateRegistry registry) : EngineTest(engine), IClassFixture<PrivateRegistry>
{
    private static readonly RegistryCredentials Right = new() { User = PrivateRegistry.User, Password = PrivateRegistry.Password };

    [Fact]
    public async Task A_pull_with_credentials_tells_how_far_it_is_and_leaves_no_secret_behind()
    {
        await registry.PushNewAsync("trainer:1", "trained", layerMiB: 12);
        var spec = Pulling("trainer:1", Right);
        await RunAsync(spec);

        Assert.Equal("trained", Assert.Single(await OutputAsync(spec)).Text);
        var fractions = Phases.All.Where(p => p.Step == LaunchStep.PullingImage).Select(p => p.Fraction ?? 0).ToList();
        Assert.True(fractions.Count > 1, $"only told {fractions.Count} times");
        Assert.Equal(fractions.Order(), fractions);
        Assert.Equal(1, fractions[^1]);
        Assert.DoesNotContain(PrivateRegistry.Password, JsonSerializer.Serialize(await Engine.InspectAsync(spec.Name.ContainerOf(0))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wrong_credentials_are_refused_by_user_and_without_the_secret()
    {
        var wrong = Right with { Password = "not-the-secret" };
        var outcome = await FailAsync(Pulling("closed:1", wrong));

        Assert.Equal(OutcomeCode.ImagePullFailed, outcome.Code);
        Assert.Contains("does not accept credentials of 'robot'", outcome.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("not-the-secret", outcome.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Missing_credentials_are_asked_for()
    {
        var outcome = await FailAsync(Pulling("closed:1", credentials: null));

        Assert.Equal(OutcomeCode.ImagePullFailed, outcome.Code);
        Assert.Contains("Set them in the algorithm's Registry setting", outcome.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tag_that_is_not_there_is_an_image_not_found()
    {
        await registry.PushNewAsync("tagged:1", "x");
        var outcome = await FailAsync(Pulling("tagged:2", Right));

        Assert.Equal(OutcomeCode.ImageNotFound, outcome.Code);
        Assert.Contains("tagged:2'", outcome.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_digest_names_the_one_image_that_a_tag_has_left()
    {
        var digest = await registry.PushNewAsync("pinned:1", "first");
        await registry.PushNewAsync("pinned:1", "second");
        var spec = Pulling($"pinned@{digest}", Right);
        await RunAsync(spec);

        Assert.Equal("first", Assert.Single(await OutputAsync(spec)).Text);
    }

    [Fact]
    public async Task A_tag_that_moved_is_followed_where_the_policy_is_Always()
    {
        await registry.PushNewAsync("moving:1", "old");
        var old = Pulling("moving:1", Right);
        await RunAsync(old);
        Assert.Equal("old", Assert.Single(await OutputAsync(old)).Text);

        // Pushed by another machine, which is to say: this engine keeps the old image under the tag.
        var image = $"{registry.Address}/moving:1";
        await Engine.Client.Images.TagImageAsync(image, new() { RepositoryName = $"{registry.Address}/kept", Tag = "1" }, Token);
        await registry.PushNewAsync("moving:1", "new");
        await Engine.Client.Images.TagImageAsync($"{registry.Address}/kept:1", new() { RepositoryName = $"{registry.Address}/moving", Tag = "1" }, Token);

        var same = Pulling("moving:1", Right, job: 2);
        var always = Pulling("moving:1", Right, job: 3) with { Pull = ImagePullPolicy.Always };
        await RunAsync(same);
        await RunAsync(always);

        Assert.Equal("old", Assert.Single(await OutputAsync(same)).Text);
        Assert.Equal("new", Assert.Single(await OutputAsync(always)).Text);

        // The container is there: asking again for its start asks nobody for its image.
        Assert.IsType<StartResult.Started>(await Runtime.StartAsync(always with { Registry = _ => throw new InvalidOperationException("asked") }, Phases, Token));
    }

    [Fact]
    public async Task A_provider_is_asked_for_each_pull_and_only_then_and_what_it_throws_ends_the_attempt()
    {
        await registry.PushNewAsync("provided:1", "x");
        var asked = 0;
        var spec = Pulling("provided:1", credentials: null) with
        {
            Registry = _ =>
            {
                asked++;
                return ValueTask.FromResult<RegistryCredentials?>(Right);
            },
        };
        await RunAsync(spec);
        await RunAsync(spec with { Name = Pulling("provided:1", null, job: 2).Name });
        Assert.Equal(1, asked);

        var outcome = await FailAsync(Pulling("provided:2", null, job: 3) with { Registry = _ => throw new InvalidOperationException("The vault is sealed.") });
        Assert.Equal(OutcomeCode.ImagePullFailed, outcome.Code);
        Assert.Contains("The vault is sealed.", outcome.Message, StringComparison.Ordinal);
    }

    private AttemptSpec Pulling(string name, RegistryCredentials? credentials, int job = 1) => Script("", job) with
    {
        Image = $"{registry.Address}/{name}",
        Command = [],
        Registry = credentials is null ? null : _ => ValueTask.FromResult<RegistryCredentials?>(credentials),
    };
}
