using Orca.Training.Client;
using Orca.Training.Jobs;
using Orca.Training.Testing.Conformance.Clients;

namespace Orca.Training.Grpc.Tests;

/// <summary>What the clients' suite sends over the wire and back to see whether all of it arrives.</summary>
public sealed class SamplesTests
{
    [Fact]
    public void They_leave_no_field_as_it_is_by_default()
    {
        LeavesOut(Samples.Everything.Request, new TrainingRequest { Algorithm = "", DatasetId = "" });
        LeavesOut(Samples.Request.Retries!, new RetryPolicy());
        LeavesOut(Samples.Query, new TrainingQuery());
        LeavesOut(Samples.Everything, Samples.Least with { JobId = default, Revision = 0, State = default });
        LeavesOut(Samples.Everything.Attempts[0], new Attempt { Number = 0, Machine = "", CreatedAt = default });
    }

    private static void LeavesOut<T>(T sample, T plain) =>
        Assert.All(typeof(T).GetProperties().Where(p => p.CanWrite), p => Assert.NotEqual(Samples.Text(p.GetValue(plain)), Samples.Text(p.GetValue(sample))));
}
