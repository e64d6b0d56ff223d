using Orca.Training.Machines;

namespace Orca.Training.Docker.Tests.Faults;

/// <summary>What is said when a host starts whose engine cannot do: the host starts, and its machine is away until it is right.</summary>
public sealed class WrongEngineTests : FaultTest
{
    private const string Engine = """{"Version":"27.0.1","ApiVersion":"1.46"}""";

    public static TheoryData<string, string, string> Wrong => new()
    {
        { FakeEngine.Json(200, """{"Version":"19.03.1","ApiVersion":"1.40"}"""), "", "API version is 1.40, and 1.41 (Engine 20.10) or later is needed; upgrade" },
        { FakeEngine.Json(200, """{"status":"ok"}"""), "", "does not have the Docker Engine's API; is DockerOptions.Endpoint right?" },
        { FakeEngine.Json(200, "<html>Welcome to nginx!</html>"), "", "does not have the Docker Engine's API; is DockerOptions.Endpoint right?" },
        { FakeEngine.Json(404, "<html>Not found</html>"), "", "does not have the Docker Engine's API; is DockerOptions.Endpoint right?" },
        { FakeEngine.Json(200, Engine), FakeEngine.Json(200, """{"OSType":"windows","NCPU":4,"MemTotal":8000000000}"""), "it runs windows containers, and Linux containers are needed; switch it" },
        { FakeEngine.Json(200, Engine), FakeEngine.Json(403, """{"message":"authorization denied by plugin"}"""), "403 (authorization denied by plugin)" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task It_is_told_what_it_is_and_the_way_out(string version, string info, string sentence)
    {
        await using var engine = new FakeEngine((request, socket, token) =>
            FakeEngine.SendAsync(socket, request.Contains("/version", StringComparison.Ordinal) ? version : info, token));
        using var runtime = Runtime(engine.Endpoint);
        var exception = await Assert.ThrowsAsync<RuntimeUnavailableException>(() => runtime.DescribeAsync(Token));

        Assert.Contains(sentence, exception.Message, StringComparison.Ordinal);
        Assert.Contains(engine.Endpoint.ToString(), exception.Message, StringComparison.Ordinal);
    }
}
