using System.Globalization;
using System.Text;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Orca.Training.Client;

namespace Orca.Training.Grpc;

/// <summary>A refusal on the wire and back: a status code, a sentence, and google.rpc details for the fields.</summary>
internal static class ErrorMapping
{
    // Errors travel in HTTP trailers, and clients commonly allow 8 KiB of them in all. Both parts below are UTF-8 bytes; the
    // message travels twice, once of it in base64. What is cut says so.
    private const int MaxMessageBytes = 2048;
    private const int MaxViolationBytes = 2048;

    private static readonly (TrainingError Error, StatusCode Code)[] Codes =
    [
        (TrainingError.InvalidArgument, StatusCode.InvalidArgument),
        (TrainingError.NotFound, StatusCode.NotFound),
        (TrainingError.AlreadyExists, StatusCode.AlreadyExists),
        (TrainingError.ResourceExhausted, StatusCode.ResourceExhausted),
        (TrainingError.PermissionDenied, StatusCode.PermissionDenied),
        (TrainingError.Unauthenticated, StatusCode.Unauthenticated),
        (TrainingError.FailedPrecondition, StatusCode.FailedPrecondition),
        (TrainingError.Unavailable, StatusCode.Unavailable),
        (TrainingError.Internal, StatusCode.Internal),
    ];

    public static RpcException ToRpc(TrainingException exception) => StatusOf(exception).ToRpcException();

    /// <summary>The error as google.rpc says it.</summary>
    public static Google.Rpc.Status StatusOf(TrainingException exception)
    {
        var status = new Google.Rpc.Status
        {
            Code = (int)CodeOf(exception.Error),
            Message = Cut(exception.Message, MaxMessageBytes),
        };
        if (exception.Violations.Count > 0)
        {
            status.Details.Add(Any.Pack(BadRequestOf(exception.Violations)));
        }

        return status;
    }

    /// <summary>What the service said, or what kept it from saying anything.</summary>
    /// <param name="exception">The failed call.</param>
    /// <param name="service">Names the service in a sentence, with its address where that is known.</param>
    public static TrainingException FromRpc(RpcException exception, string service)
    {
        var said = exception.Status.Detail;
        if (exception.Trailers.GetRpcStatus(ignoreParseError: true) is { } status)
        {
            return new TrainingException(ErrorOf(exception.StatusCode) ?? TrainingError.Internal, status.Message, ViolationsOf(status), exception);
        }

        // From here on it is not the service itself that speaks, but the transport, a proxy or the host's middleware. Where something
        // broke on this side, the innermost cause says more ("Connection refused") than what was made of it.
        said = exception.Status.DebugException?.GetBaseException().Message ?? said;
        return exception.StatusCode switch
        {
            _ when Cause<RedirectedException>(exception) is { } redirected => new TrainingException(
                TrainingError.Unauthenticated,
                $"A sign-in page at {redirected.Page} answered in place of {Lower(service)}: the host signs callers in with a browser. Give this client a token "
                + "(the option Token of Connect), and let the host accept tokens where it maps the training service.",
                inner: exception),
            _ when Cause<NoTokenException>(exception) is { } without => new TrainingException(
                TrainingError.Unauthenticated, $"The token for {Lower(service)} could not be obtained: {without.Message}", inner: exception),
            // The host's own authentication, before the service.
            StatusCode.Unauthenticated => new TrainingException(
                TrainingError.Unauthenticated,
                $"{service} requires a known caller, and this call has no valid token: set the option Token of Connect. ({said})",
                inner: exception),
            StatusCode.PermissionDenied => new TrainingException(
                TrainingError.PermissionDenied, $"The policy of {Lower(service)} does not allow this caller. ({said})", inner: exception),
            StatusCode.Unavailable => Unavailable($"{service} cannot be reached: {said}"),
            StatusCode.DeadlineExceeded => Unavailable($"{service} did not answer in time."),
            StatusCode.Cancelled => Unavailable($"{service} ended the call: {said}"),
            _ when exception.Status.DebugException is HttpRequestException or IOException => Unavailable($"{service} cannot be reached: {said}"),
            StatusCode.Unimplemented => new TrainingException(
                TrainingError.Internal, $"{service} does not know this call: another service is at this address, or an older version of this one.", inner: exception),
            var code => new TrainingException(ErrorOf(code) ?? TrainingError.Internal, $"{service} answered {code}: {said}", inner: exception),
        };

        TrainingException Unavailable(string message) => new(TrainingError.Unavailable, message, inner: exception);
    }

    private static T? Cause<T>(Exception exception)
        where T : Exception
    {
        for (var cause = exception is RpcException rpc ? rpc.Status.DebugException : exception; cause is not null; cause = cause.InnerException)
        {
            if (cause is T found)
            {
                return found;
            }
        }

        return null;
    }

    // Within a sentence.
    private static string Lower(string service) => char.ToLowerInvariant(service[0]) + service[1..];

    private static StatusCode CodeOf(TrainingError error) => Codes.First(row => row.Error == error).Code;

    private static TrainingError? ErrorOf(StatusCode code)
    {
        var row = Array.FindIndex(Codes, row => row.Code == code);
        return row < 0 ? null : Codes[row].Error;
    }

    private static BadRequest BadRequestOf(IReadOnlyList<FieldViolation> violations)
    {
        var details = new BadRequest();
        var bytes = 0;
        foreach (var violation in violations)
        {
            bytes += Encoding.UTF8.GetByteCount(violation.Field) + Encoding.UTF8.GetByteCount(violation.Description);
            if (bytes > MaxViolationBytes && details.FieldViolations.Count > 0)
            {
                var left = violations.Count - details.FieldViolations.Count;
                details.FieldViolations.Add(new BadRequest.Types.FieldViolation
                {
                    Field = "…",
                    Description = string.Create(CultureInfo.InvariantCulture, $"{left} more fields are wrong; they do not fit into the response."),
                });
                break;
            }

            details.FieldViolations.Add(new BadRequest.Types.FieldViolation
            {
                Field = Cut(violation.Field, MaxViolationBytes / 2),
                Description = Cut(violation.Description, MaxViolationBytes / 2),
            });
        }

        return details;
    }

    private static FieldViolation[] ViolationsOf(Google.Rpc.Status status) =>
        [.. status.GetDetail<BadRequest>()?.FieldViolations.Select(v => new FieldViolation(v.Field, v.Description)) ?? []];

    private static string Cut(string text, int maxBytes)
    {
        if (Encoding.UTF8.GetByteCount(text) <= maxBytes)
        {
            return text;
        }

        // Not within a character, whose further bytes begin with the bits 10.
        var bytes = Encoding.UTF8.GetBytes(text);
        var end = maxBytes - Encoding.UTF8.GetByteCount("…");
        while ((bytes[end] & 0xC0) == 0x80)
        {
            end--;
        }

        return Encoding.UTF8.GetString(bytes, 0, end) + "…";
    }
}
