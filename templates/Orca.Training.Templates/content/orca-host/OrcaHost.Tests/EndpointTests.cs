using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Orca.Training;
using Orca.Training.Testing;

namespace OrcaHost.Tests;

/// <summary>The application as it is, with a scripted engine in place of Docker.</summary>
public sealed class EndpointTests : IAsyncDisposable
{
    private readonly FakeContainerRuntime _engine = new(TimeProvider.System);
    private readonly WebApplicationFactory<Program> _app;

    public EndpointTests() => _app = new WebApplicationFactory<Program>().WithWebHostBuilder(host => host.ConfigureTestServices(
        services => services.AddOrcaTraining().UseFakeRuntime(_engine).UseFakeStores()));

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task A_training_can_be_submitted_and_followed_to_its_end()
    {
        _engine.Script(attempt => FakeTraining.Succeeds.Prints("""{"orca":"metric","step":1,"loss":0.1}"""));
        using var http = _app.CreateClient();

        using var submitted = await http.PostAsJsonAsync("/trainings", new { Algorithm = "intent-classification", Dataset = "intents" });
        Assert.Equal(HttpStatusCode.Accepted, submitted.StatusCode);
        var events = await http.GetStringAsync($"{submitted.Headers.Location}/events");

        Assert.Contains("The training completed.", events);
        var state = await http.GetFromJsonAsync<JsonElement>(submitted.Headers.Location);
        Assert.Equal(0.1, state.GetProperty("metrics").GetProperty("loss").GetDouble());
    }

    [Fact]
    public async Task A_wrong_algorithm_is_a_bad_request_that_says_so()
    {
        using var http = _app.CreateClient();

        using var submitted = await http.PostAsJsonAsync("/trainings", new { Algorithm = "intent-clasification", Dataset = "intents" });

        Assert.Equal(HttpStatusCode.BadRequest, submitted.StatusCode);
        Assert.Contains("intent-classification", await submitted.Content.ReadAsStringAsync());
    }
}
