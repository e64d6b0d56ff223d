using System.Net;
using static System.FormattableString;

namespace Orca.Training.Minio.Objects;

/// <summary>
/// What stands between the client and the network. It asks again, a bounded number of times, when the server is busy or the connection
/// breaks before an answer; and it makes every error of the server one exception with the server's own code.
/// </summary>
/// <remarks>
/// The client asks whether the bucket exists before it reads, which narrow credentials may not ask and costs a round trip: that question is
/// answered here, and the request itself finds out.
/// </remarks>
internal sealed class PatientHandler(HttpMessageHandler inner, TimeProvider time) : DelegatingHandler(inner)
{
    private const int Tries = 5;
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(0.2);

    // For the head of an answer; a body that comes slowly is its reader's matter.
    private static readonly TimeSpan LongestTry = TimeSpan.FromSeconds(100);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.Method == HttpMethod.Head && request.RequestUri!.AbsolutePath.Trim('/').IndexOf('/', StringComparison.Ordinal) < 0)
        {
            return new HttpResponseMessage(HttpStatusCode.OK) { RequestMessage = request, Content = new ByteArrayContent([]) };
        }

        for (var tries = 1; ; tries++)
        {
            var isLast = tries == Tries || !CanRepeat(request);
            try
            {
                var answer = await TryAsync(request, cancellationToken);
                if (answer.IsSuccessStatusCode)
                {
                    return answer;
                }

                using (answer)
                {
                    var refusal = await Refusal.ReadAsync(answer, cancellationToken);
                    if (isLast || !refusal.IsTransient)
                    {
                        throw new RefusedException(refusal);
                    }
                }
            }
            catch (Exception e) when (!isLast && e is HttpRequestException or IOException or TimeoutException && !cancellationToken.IsCancellationRequested)
            {
                // The next try says it, if it is not better by then.
            }

            await Task.Delay(FirstPause * Math.Pow(2, tries - 1), time, cancellationToken);
        }
    }

    private async Task<HttpResponseMessage> TryAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var over = new CancellationTokenSource(LongestTry, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(over.Token, cancellationToken);
        try
        {
            return await base.SendAsync(request, either.Token);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException(Invariant($"There was no answer within {LongestTry.TotalSeconds:0} s."), e);
        }
    }

    // A body that is a stream is used up by the first try.
    private static bool CanRepeat(HttpRequestMessage request) => request.Content is null or ByteArrayContent or ReadOnlyMemoryContent;
}
