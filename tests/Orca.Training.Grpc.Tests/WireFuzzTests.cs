using CsCheck;
using Google.Protobuf;
using Orca.Training.Client;
using Orca.Training.Jobs;
using Orca.Training.Runs;
using Orca.Training.Testing.Conformance.Clients;
using Orca.Training.Tests.Shared;

namespace Orca.Training.Grpc.Tests;

/// <summary>Whatever bytes come as a message: it is no message, or it is refused in the contract's words, or it is taken; nothing else is thrown.</summary>
public sealed class WireFuzzTests
{
    private static readonly RequestLimits Limits = new();
    private static readonly RequestValidator Rules = new(Limits, ["cnn"], 1);

    [Fact]
    public void A_request() => Changed(RequestMapping.ToWire(Samples.Request), Wire.TrainingJobMetadata.Parser, m => Rules.Check(Intake.Request(RequestMapping.FromWire(m))));

    [Fact]
    public void A_batch() => Changed(
        new Wire.TrainAllRequest { Group = "g", Requests = { RequestMapping.ToWire(Samples.Request), RequestMapping.ToWire(Samples.Request) } },
        Wire.TrainAllRequest.Parser,
        m => Rules.Check(Intake.Batch([.. m.Requests.Select(RequestMapping.FromWire)], m.Group, m.IdempotencyKey)));

    [Fact]
    public void A_sweep() => Changed(BatchMapping.ToWire(Samples.Sweep), Wire.TrainSweepRequest.Parser, m =>
    {
        var sweep = Intake.Sweep(BatchMapping.FromWire(m.Metadata ?? new Wire.TrainingJobMetadata(), m.Grid));
        SweepExpansion.Check(sweep, Rules, []);
        _ = Fingerprint.Of(sweep);
    });

    [Fact]
    public void A_query_of_trainings() => Changed(QueryMapping.ToWire(Samples.Query), Wire.ListTrainingsRequest.Parser, m =>
    {
        var query = Intake.Query(QueryMapping.FromWire(m));
        if (QueryValidator.Check(query, Limits).Count == 0)
        {
            PageToken.Read(query, new InstallationId("here"), out _);
        }
    });

    [Fact]
    public void A_query_of_runs() => Changed(
        DataMapping.ToWire(new RunQuery { Algorithm = "a", User = "ada", States = [JobState.Failed], OrderBy = "loss", Before = new JobId(7) }),
        Wire.QueryRunsRequest.Parser,
        m => Intake.Query(DataMapping.FromWire(m)));

    [Fact]
    public void A_query_of_logs() => Changed(
        LogMapping.ToWire(new JobId(1), new LogQuery { Attempt = 1, Tail = 3, Since = DateTimeOffset.UnixEpoch, Follow = true }),
        Wire.StreamLogsRequest.Parser,
        m => LogMapping.FromWire(m));

    private static void Changed<T>(T sample, MessageParser<T> parser, Action<T> take)
        where T : IMessage<T>
    {
        var bytes = sample.ToByteArray();
        Gen.Select(Gen.Select(Gen.Int[0, bytes.Length - 1], Gen.Byte).Array[0, 6], Gen.Int[0, bytes.Length], Gen.Byte.Array[0, 20]).Fuzzed(x =>
        {
            var changed = (byte[])bytes.Clone();
            foreach (var (at, value) in x.Item1)
            {
                changed[at] = value;
            }

            try
            {
                take(parser.ParseFrom([.. changed[..x.Item2], .. x.Item3]));
            }
            catch (Exception e) when (e is InvalidProtocolBufferException or TrainingException { Error: TrainingError.InvalidArgument })
            {
                // Told to the caller, by gRPC or by the service.
            }
        });
    }
}
