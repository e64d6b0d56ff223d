using System.Globalization;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Orca.Training.AspNetCore.Problems;
using Orca.Training.Client;
using Orca.Training.Grpc;

namespace Orca.Training.AspNetCore.Access;

/// <summary>Writes a refusal in the protocol of the caller, before the call begins.</summary>
internal static class Refusal
{
    public static Task WriteAsync(HttpContext context, TrainingException refusal)
    {
        if (context.Request.ContentType?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) is not true)
        {
            return Problem.WriteAsync(context, refusal);
        }

        // A response with headers only is how gRPC refuses a call before it begins.
        var response = context.Response;
        var status = ErrorMapping.StatusOf(refusal);
        response.ContentType = "application/grpc";
        response.Headers["grpc-status"] = status.Code.ToString(CultureInfo.InvariantCulture);
        response.Headers["grpc-message"] = status.Message;
        response.Headers[MetadataExtensions.StatusDetailsTrailerName] = Convert.ToBase64String(status.ToByteArray());
        return Task.CompletedTask;
    }
}
