using Microsoft.AspNetCore.Builder;
using Orca.Training.AspNetCore.Problems;
using Orca.Training.Client;

namespace Orca.Training;

/// <summary>Problem details for the host's own endpoints that use the training client.</summary>
public static class OrcaTrainingProblemDetailsExtensions
{
    /// <summary>
    /// Converts each <see cref="TrainingException"/> of the following endpoints to problem details (RFC 9457), with the status code of the
    /// error, its message as <c>detail</c>, its kind as <c>error</c>, and the wrong fields as <c>errors</c>.
    /// </summary>
    /// <param name="app">The application. Call this before you map the endpoints.</param>
    /// <returns>The application.</returns>
    public static IApplicationBuilder UseOrcaTrainingProblemDetails(this IApplicationBuilder app)
    {
        ArgumentNullException.ThrowIfNull(app);
        return app.Use(async (context, next) =>
        {
            try
            {
                await next(context).ConfigureAwait(false);
            }
            catch (TrainingException exception) when (!context.Response.HasStarted)
            {
                await Problem.WriteAsync(context, exception).ConfigureAwait(false);
            }
        });
    }
}
