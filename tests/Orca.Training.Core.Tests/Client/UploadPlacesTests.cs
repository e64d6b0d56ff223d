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
            (TrainingError.ResourceExhausted, "You upload 2 datasets already, and a caller may upload 2 at once: wait for one of them to end."),
            (refusal.Error, refusal.Message));
        using var other = _places.Enter("bob");
        refusal = Assert.Throws<TrainingException>(() => _places.Enter("eve"));
        Assert.Equal("3 datasets are being uploaded, and no more may be at once: try it again.", refusal.Message);
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
