using Orca.Training.Text;

namespace Orca.Training.Tests.Text;

public sealed class HostPathsTests
{
    [Theory]
    [InlineData("Could not find a part of the path '/srv/my data/orca/news'.", "Could not find a part of the path '…'.")]
    [InlineData("Access to the path 'C:\\orca data\\x' is denied.", "Access to the path '…' is denied.")]
    [InlineData("No space left on device : '/srv/orca/x'", "No space left on device : '…'")]
    [InlineData("cannot open /srv/orca/jobs.db now", "cannot open … now")]
    [InlineData("it lies at 'file:///srv/orca/runs/1', which", "it lies at '…', which")]
    [InlineData("'train/1.png' of http://127.0.0.1:9000/bucket/x is gone and/or damaged", "'train/1.png' of http://127.0.0.1:9000/bucket/x is gone and/or damaged")]
    public void A_callers_message_has_no_path_of_the_host(string message, string told) => Assert.Equal(told, HostPaths.Without(message));
}
