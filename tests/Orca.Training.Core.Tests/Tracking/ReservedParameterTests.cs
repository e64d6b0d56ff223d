using Orca.Training.Client;
using Orca.Training.Testing;

namespace Orca.Training.Tests.Tracking;

/// <summary>Names that a parameter cannot have, since a container would get more by them than its job needs.</summary>
public sealed class ReservedParameterTests
{
    [Theory]
    [InlineData("PATH")]
    [InlineData("LD_PRELOAD")]
    [InlineData("PythonPath")]
    [InlineData("NVIDIA_VISIBLE_DEVICES")]
    [InlineData("CUDA_VISIBLE_DEVICES")]
    [InlineData("OPENSSL_CONF")]
    [InlineData("_JAVA_OPTIONS")]
    public Task A_parameter_that_would_give_a_container_devices_or_code_is_refused(string name) => VirtualTime.RunAsync(async time =>
    {
        await using var host = await TestHost.StartAsync(time);

        var refusal = await Assert.ThrowsAsync<TrainingException>(() => host.TrainAsync("d", (name, "x")));

        Assert.Equal($"parameters[{name}]", Assert.Single(refusal.Violations).Field);
    });
}
