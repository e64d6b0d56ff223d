using static System.FormattableString;

namespace Orca.Training.AspNetCore.Health;

/// <summary>
/// Checks whether something answers. At most one request is open, however many callers ask and however long it takes. A result is reused for a
/// second. Health checks therefore cannot flood an engine.
/// </summary>
internal sealed class Probe(Func<CancellationToken, Task> ask, TimeProvider time)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private Task<string?>? _answer;
    private Task _open = Task.CompletedTask;
    private long _askedAt;

    /// <summary>Returns null if it answers, otherwise a sentence with the error.</summary>
    public Task<string?> AskAsync()
    {
        lock (_lock)
        {
            if (_answer is { IsCompleted: false } || (_answer is not null && time.GetElapsedTime(_askedAt) < Freshness))
            {
                return _answer;
            }

            _askedAt = time.GetTimestamp();
            return _answer = Task.Run(AnswerAsync);
        }
    }

    private async Task<string?> AnswerAsync()
    {
        if (!_open.IsCompleted)
        {
            return Invariant($"It has not answered a request for more than {Limit.TotalSeconds:0} s.");
        }

        using var limit = new CancellationTokenSource(Limit, time);
        try
        {
            _open = ask(limit.Token);
            await _open.WaitAsync(limit.Token).ConfigureAwait(false);
            return null;
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            return Invariant($"It did not answer within {Limit.TotalSeconds:0} s.");
        }
#pragma warning disable CA1031 // Whatever it throws is the answer.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return e.Message;
        }
    }
}
