using System.Globalization;
using System.Text;
using Google.Protobuf.Reflection;
using Grpc.Net.Client;
using Orca.Training.Grpc.Tests.Support;
using Orca.Training.Grpc.Wire;
using Orca.Training.Jobs;
using Orca.Training.Tests;
using Orca.Training.Testing.Conformance.Clients;

namespace Orca.Training.Grpc.Tests;

/// <summary>What is on the wire is a promise to clients that nobody here knows.</summary>
public sealed class WireContractTests
{
    private static CancellationToken Token => Patience.Token;

    [Fact]
    public void The_contract_is_the_one_on_record() => Snapshot.Match(Describe(TrainingReflection.Descriptor), "training.proto");

    [Fact]
    public void The_contract_of_data_is_the_one_on_record() => Snapshot.Match(Describe(DataReflection.Descriptor), "data.proto");

    [Fact]
    public void The_contract_on_record_holds_all_of_the_classic_one()
    {
        var now = Describe(TrainingReflection.Descriptor).Split('\n').ToHashSet();

        // An int64 is the same varint as the classic int32.
        var classic = Describe(Classic.ClassicReflection.Descriptor).Replace("job_id int32", "job_id int64", StringComparison.Ordinal).Split('\n');

        Assert.All(classic, line => Assert.Contains(line, now));
    }

    [Fact]
    public async Task A_classic_client_trains_and_asks_and_is_told_what_is_wrong()
    {
        var installation = new Installation();
        await using var host = await TrainingHost.StartAsync(installation.Clients);
        using var channel = GrpcChannel.ForAddress(host.Address);
        var client = new Classic.TrainingService.TrainingServiceClient(channel);
        var metadata = new Classic.TrainingJobMetadata { Algorithm = "cnn", DatasetId = "digits", Name = "old", OutputModelName = "m", Parameters = { ["LR"] = "0.1" } };

        var first = await client.TrainAsync(new Classic.TrainRequest { Metadata = metadata }, cancellationToken: Token);
        var second = await client.TrainAsync(new Classic.TrainRequest { Metadata = metadata }, cancellationToken: Token);
        var status = await client.GetTrainingStatusAsync(new Classic.GetTrainingStatusRequest { JobId = second.JobId }, cancellationToken: Token);

        Assert.Equal((first.JobId + 1, Classic.TrainingStatus.Queuing, 2), (status.JobId, status.Status, status.PositionInQueue));
        Assert.Equal("Queued at position 2.", status.Message);
        var resolved = metadata.Clone();
        resolved.TrainDataVersionHash = "0a1b";
        Assert.Equal(resolved.ToString(), ClassicPartOf(status.Metadata).ToString());

        await installation.SucceedAsync(new JobId(first.JobId));
        status = await client.GetTrainingStatusAsync(new Classic.GetTrainingStatusRequest { JobId = first.JobId }, cancellationToken: Token);
        Assert.Equal((Classic.TrainingStatus.Succeed, 0), (status.Status, status.PositionInQueue));

        var refusal = await Assert.ThrowsAsync<global::Grpc.Core.RpcException>(async () =>
            await client.TrainAsync(new Classic.TrainRequest { Metadata = new() { DatasetId = "digits" } }, cancellationToken: Token));
        Assert.Equal(global::Grpc.Core.StatusCode.InvalidArgument, refusal.StatusCode);
        Assert.Equal("algorithm: It is empty: give a name.", refusal.Status.Detail);
    }

    [Fact]
    public void A_client_understands_a_classic_answer()
    {
        // What a classic service would send: none of the newer fields.
        var answer = new GetTrainingStatusResponse { Status = Wire.TrainingStatus.Running, JobId = 4, Message = "running", Metadata = new() { Algorithm = "cnn", DatasetId = "d" } };

        var status = StatusMapping.FromWire(answer);

        Assert.Equal((new JobId(4), JobState.Running, "running", 1), (status.JobId, status.State, status.Message, status.Request.Workers));
        Assert.Null(status.QueuePosition);
        Assert.Null(status.Outcome);
    }

    private static Classic.TrainingJobMetadata ClassicPartOf(Classic.TrainingJobMetadata metadata) => new()
    {
        Algorithm = metadata.Algorithm,
        DatasetId = metadata.DatasetId,
        Name = metadata.Name,
        TrainDataVersionHash = metadata.TrainDataVersionHash,
        Parameters = { metadata.Parameters },
        OutputModelName = metadata.OutputModelName,
    };

    /// <summary>A line for each thing that is on the wire, complete in itself.</summary>
    private static string Describe(FileDescriptor file)
    {
        var text = new StringBuilder();
        foreach (var service in file.Services)
        {
            foreach (var method in service.Methods)
            {
                Line($"rpc {service.FullName}/{method.Name} {(method.IsClientStreaming ? "stream " : "")}{method.InputType.FullName} -> {(method.IsServerStreaming ? "stream " : "")}{method.OutputType.FullName}");
            }
        }

        file.EnumTypes.ToList().ForEach(Enumeration);
        file.MessageTypes.ToList().ForEach(Message);
        return text.ToString().TrimEnd('\n');

        void Message(MessageDescriptor message)
        {
            Line($"message {message.FullName}");
            foreach (var field in message.Fields.InFieldNumberOrder())
            {
                Line($"field {message.FullName} {field.FieldNumber} {field.Name} {TypeOf(field)}");
            }

            message.EnumTypes.ToList().ForEach(Enumeration);
            message.NestedTypes.Where(nested => !nested.IsMapEntry).ToList().ForEach(Message);
        }

        void Enumeration(EnumDescriptor enumeration)
        {
            foreach (var value in enumeration.Values)
            {
                Line($"value {enumeration.FullName} {value.Number} {value.Name}");
            }
        }

        void Line(FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
    }

    private static string TypeOf(FieldDescriptor field)
    {
        if (field.IsMap)
        {
            var entry = field.MessageType.Fields;
            return $"map<{TypeOf(entry[1])}, {TypeOf(entry[2])}>";
        }

        var type = field.FieldType switch
        {
            FieldType.Message => field.MessageType.FullName,
            FieldType.Enum => field.EnumType.FullName,
            var simple => simple.ToString().ToLowerInvariant(),
        };
        return field.IsRepeated ? $"repeated {type}" : field.HasPresence && field.FieldType is not FieldType.Message ? $"optional {type}" : type;
    }
}
