using Orca.Training.Client;

namespace Orca.Training.Tests.Client;

public sealed class UploadPlacesTests
{
    private readonly UploadPlaces _places = new(() => new RequestLimits { Uploads = 3, UploadsOfCaller = 2 });

    [Fact]
    public void A_caller_takes_its_own_share_only()
    {
        using var first = _places.Enter("ada");
        using var second = _places.Enter("ada");

        var refusal = Assert.Throws<TrainingException>(() => _places.Enter("ada"));

        Assert.Equal(
            (TrainingError.ResourceExhausted, "You are uploading 2 datasets, and a caller may upload 2 at a time: wait until one of them has ended."),
            (refusal.Error, refusal.Message));
        using var other = _places.Enter("bob");
        refusal = Assert.Throws<TrainingException>(() => _places.Enter("eve"));
        Assert.Equal("3 datasets are being uploaded, which is the maximum: try again later.", refusal.Message);
    }

    [Fact]
    public void A_place_that_is_left_is_free_and_left_once()
    {
        var first = _places.Enter("ada");
        using var second = _places.Enter("ada");
        first.Dispose();
        first.Dispose();

        using var third = _places.Enter("ada");
        Assert.Throws<TrainingException>(() => _places.Enter("ada"));
    }
}
