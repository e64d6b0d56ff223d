using Microsoft.AspNetCore.Builder;
using Orca.Training.AspNetCore.Problems;
using Orca.Training.Client;

namespace Orca.Training;

/// <summary>Answers of a host's own endpoints that use the training client.</summary>
public static class OrcaTrainingProblemDetailsExtensions
{
    /// <summary>
    /// Turns each <see cref="TrainingException"/> of the endpoints after it into problem details (RFC 9457): the status code that its error stands for,
    /// the service's sentence as <c>detail</c>, the error's name as <c>error</c>, and what is wrong with each field as <c>errors</c>.
    /// </summary>
    /// <param name="app">The application; call it before the endpoints are mapped.</param>
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
