using System.Buffers;
using Google.Protobuf;
using Grpc.Core;
using Wire = Orca.Training.Grpc.Wire;

namespace Orca.Training.AspNetCore.Service;

/// <summary>
/// Binds the service as its contract says, but that a status which carries its bytes is sent as these: to write one anew costs about as
/// much as all else that the service does for a call.
/// </summary>
internal static class SealedMessages
{
    /// <summary>What gRPC calls in place of the generated method; it is given the calls by name.</summary>
    public static void Bind(ServiceBinderBase binder, Wire.TrainingService.TrainingServiceBase service) =>
        Wire.TrainingService.BindService(new Binder(binder), service);

    private static void Write(Wire.GetTrainingStatusResponse message, SerializationContext context)
    {
        if (message.Serialized is { } bytes)
        {
            context.SetPayloadLength(bytes.Length);
            context.GetBufferWriter().Write(bytes);
        }
        else
        {
            context.SetPayloadLength(message.CalculateSize());
            message.WriteTo(context.GetBufferWriter());
        }

        context.Complete();
    }

    private sealed class Binder(ServiceBinderBase inner) : ServiceBinderBase
    {
        public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler) =>
            inner.AddMethod(With(method), handler);

        public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse>? handler) =>
            inner.AddMethod(With(method), handler);

        public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, ClientStreamingServerMethod<TRequest, TResponse>? handler) =>
            inner.AddMethod(method, handler);

        private static Method<TRequest, TResponse> With<TRequest, TResponse>(Method<TRequest, TResponse> method) =>
            method.ResponseMarshaller is Marshaller<Wire.GetTrainingStatusResponse> generated
                ? new(method.Type, method.ServiceName, method.Name, method.RequestMarshaller, (Marshaller<TResponse>)(object)Marshallers.Create(Write, generated.ContextualDeserializer))
                : method;
    }
}
