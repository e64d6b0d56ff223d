using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Orca.Training.Client;

namespace Orca.Training.AspNetCore.Problems;

/// <summary>A refusal as problem details (RFC 9457), spelt the same whatever the host's own JSON options are.</summary>
internal static class Problem
{
    public static int StatusOf(TrainingError error) => error switch
    {
        TrainingError.InvalidArgument => StatusCodes.Status400BadRequest,
        TrainingError.Unauthenticated => StatusCodes.Status401Unauthorized,
        TrainingError.PermissionDenied => StatusCodes.Status403Forbidden,
        TrainingError.NotFound => StatusCodes.Status404NotFound,
        TrainingError.AlreadyExists or TrainingError.FailedPrecondition => StatusCodes.Status409Conflict,
        TrainingError.ResourceExhausted => StatusCodes.Status429TooManyRequests,
        TrainingError.Unavailable => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status500InternalServerError,
    };

    public static Task WriteAsync(HttpContext context, TrainingException exception)
    {
        var status = StatusOf(exception.Error);
        context.Response.Clear();
        context.Response.StatusCode = status;
        var errors = exception.Violations.GroupBy(v => v.Field, v => v.Description).ToDictionary(v => v.Key, v => v.ToArray());
        return context.Response.WriteAsJsonAsync(
            new Body(TitleOf(exception.Error), status, exception.Message, exception.Error.ToString(), errors.Count > 0 ? errors : null),
            ProblemJson.Default.Body,
            "application/problem+json",
            context.RequestAborted);
    }

    private static string TitleOf(TrainingError error) => error switch
    {
        TrainingError.InvalidArgument => "The request is not valid.",
        TrainingError.Unauthenticated => "The caller is not authenticated.",
        TrainingError.PermissionDenied => "The caller may not do this.",
        TrainingError.NotFound => "Not found.",
        TrainingError.AlreadyExists => "It already exists.",
        TrainingError.FailedPrecondition => "The current state does not allow this.",
        TrainingError.ResourceExhausted => "A limit is reached.",
        TrainingError.Unavailable => "The training service is not available.",
        _ => "The training service failed.",
    };

    /// <param name="Title">The kind of trouble in a sentence.</param>
    /// <param name="Status">The HTTP status code.</param>
    /// <param name="Detail">What the service said.</param>
    /// <param name="Error">The name of the <see cref="TrainingError"/>, for programs.</param>
    /// <param name="Errors">What is wrong with each field.</param>
    internal sealed record Body(string Title, int Status, string Detail, string Error, Dictionary<string, string[]>? Errors);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Problem.Body))]
internal sealed partial class ProblemJson : JsonSerializerContext;
