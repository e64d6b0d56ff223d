using Orca.Training.Docker.Images;
using Orca.Training.Jobs;

namespace Orca.Training.Docker.Tests.Images;

public sealed class ImagePullsTests
{
    private static readonly Outcome Refused = new(OutcomeCode.ImagePullFailed, "no");

    private readonly TaskCompletionSource<Outcome?> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<Action<double>> _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _given = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ImagePulls _pulls;
    private int _count;

    public ImagePullsTests() => _pulls = new ImagePulls(async (_, report, token) =>
    {
        Interlocked.Increment(ref _count);
        _begun.TrySetResult(report);
        try
        {
            return await _answer.Task.WaitAsync(token);
        }
        catch (OperationCanceledException)
        {
            _given.TrySetResult();
            throw;
        }
    });

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_wants_the_same_image_shares_the_pull_its_progress_and_its_outcome()
    {
        RecordedPhases first = new(), second = new();
        var one = _pulls.PullAsync(new ImagePull("image", null), first, Token);
        var two = _pulls.PullAsync(new ImagePull("image", null), second, Token);
        (await _begun.Task.WaitAsync(Token))(0.5);
        _answer.SetResult(Refused);

        Assert.Same(Refused, await one);
        Assert.Same(Refused, await two);
        Assert.Equal(1, _count);
        Assert.All([first, second], p => Assert.Contains(new LaunchPhase(LaunchStep.PullingImage, 0.5), p.All));
    }

    [Fact]
    public async Task Other_images_do_not_wait()
    {
        var one = _pulls.PullAsync(new ImagePull("image", null), new RecordedPhases(), Token);
        var two = _pulls.PullAsync(new ImagePull("another", null), new RecordedPhases(), Token);
        _answer.SetResult(null);

        Assert.Null(await one);
        Assert.Null(await two);
        Assert.Equal(2, _count);
    }

    [Fact]
    public async Task A_pull_outlives_a_waiter_that_leaves_and_ends_with_the_last()
    {
        using CancellationTokenSource first = new(), second = new();
        var one = _pulls.PullAsync(new ImagePull("image", null), new RecordedPhases(), first.Token);
        var two = _pulls.PullAsync(new ImagePull("image", null), new RecordedPhases(), second.Token);
        await _begun.Task.WaitAsync(Token);
        await first.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => one);
        Assert.False(_given.Task.IsCompleted);

        await second.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => two);
        await _given.Task.WaitAsync(Token);
    }

    [Fact]
    public async Task An_outcome_is_not_kept_for_who_comes_later()
    {
        _answer.SetResult(Refused);
        await _pulls.PullAsync(new ImagePull("image", null), new RecordedPhases(), Token);
        await _pulls.PullAsync(new ImagePull("image", null), new RecordedPhases(), Token);

        Assert.Equal(2, _count);
    }

    [Theory]
    [InlineData("python", "python:latest")]
    [InlineData("python:3.13", "python:3.13")]
    [InlineData("localhost:5000/python", "localhost:5000/python:latest")]
    [InlineData("localhost:5000/python:3.13", "localhost:5000/python:3.13")]
    [InlineData("python@sha256:00", "python@sha256:00")]
    public void One_tag_is_pulled_and_not_all(string image, string pulled) => Assert.Equal(pulled, ImageName.WithTag(image));

    [Fact]
    public void Progress_never_goes_back_when_further_layers_become_known()
    {
        var progress = new PullProgress();
        Assert.True(progress.Advance("a", "Downloading", 50, 100));
        Assert.Equal(0.5, progress.Fraction);
        Assert.False(progress.Advance("b", "Downloading", 0, 900));
        Assert.False(progress.Advance("b", "Pulling fs layer", null, null));
        Assert.Equal(0.5, progress.Fraction);
        Assert.True(progress.Advance("b", "Download complete", null, null));
        Assert.Equal(0.95, progress.Fraction, 0.001);
        Assert.True(progress.Advance("a", "Pull complete", null, null));
        Assert.Equal(1, progress.Fraction);
    }
}
