using Google.Protobuf;

namespace Orca.Training.Grpc.Wire;

/// <summary>A message that is sent many times can carry what it is on the wire.</summary>
internal sealed partial class GetTrainingStatusResponse
{
    /// <summary>The message as bytes; null until <see cref="Seal"/>.</summary>
    public byte[]? Serialized { get; private set; }

    /// <summary>From now on the message does not change.</summary>
    public void Seal() => Serialized = this.ToByteArray();
}
