using System.Net;

namespace Orca.Training.EndToEnd.Tests.Orders;

/// <summary>The sample that submits within its own transaction.</summary>
public sealed class OrdersHostTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_order_and_its_training_are_there_together_and_one_that_is_refused_leaves_neither()
    {
        var folder = Directory.CreateTempSubdirectory("orca-orders-");
        try
        {
            await using var host = await OrdersHost.StartAsync(folder.FullName);

            var refused = await host.OrderAsync("eve", algorithm: "nonsense");
            var taken = await host.OrderAsync("ann");

            Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.Created), (refused.StatusCode, taken.StatusCode));
            Assert.Contains("nonsense", await refused.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
            Assert.Equal("/orders/1", taken.Headers.Location!.ToString());
            Assert.Equal(("ann", "Succeeded"), await host.FinishAsync(1));
            Assert.Equal(HttpStatusCode.NotFound, (await host.Http.GetAsync("/orders/2", Cancel)).StatusCode);
        }
        finally
        {
            Files.DeleteReadOnly(folder);
        }
    }
}
