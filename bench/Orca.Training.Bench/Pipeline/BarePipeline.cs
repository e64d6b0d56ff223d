using System.Collections.Concurrent;
using System.Threading.Channels;

namespace Orca.Training.Bench.Pipeline;

/// <summary>The floor: a channel, a dictionary and a lock, with four updates a job and eight workers. It keeps no history, has no conditions and no machine.</summary>
internal sealed class BarePipeline : IContender
{
    private const int Workers = 8;
    private const int Final = 3;

    private readonly Lock _gate = new();
    private readonly Dictionary<long, int> _states = [];
    private readonly Channel<long> _queue = Channel.CreateBounded<long>(8192);
    private readonly ConcurrentDictionary<long, TaskCompletionSource> _waiting = new();
    private readonly Task[] _workers;
    private TaskCompletionSource _allEnded = new();
    private long _left;
    private long _last;

    public BarePipeline() => _workers = [.. Enumerable.Range(0, Workers).Select(_ => Task.Run(WorkAsync))];

    public async Task RunAsync(int jobs)
    {
        _allEnded = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _left, jobs);
        for (var i = 0; i < jobs; i++)
        {
            await SubmitAsync(Interlocked.Increment(ref _last));
        }

        await _allEnded.Task;
    }

    public async Task RunOneAsync()
    {
        var job = Interlocked.Increment(ref _last);
        var ended = _waiting[job] = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await SubmitAsync(job);
        await ended.Task;
    }

    public Task<long?> CountSucceededAsync()
    {
        lock (_gate)
        {
            return Task.FromResult<long?>(_states.Values.LongCount(state => state == Final));
        }
    }

    public async ValueTask DisposeAsync()
    {
        _queue.Writer.Complete();
        await Task.WhenAll(_workers);
    }

    private ValueTask SubmitAsync(long job)
    {
        Update(job, 0);
        return _queue.Writer.WriteAsync(job);
    }

    private async Task WorkAsync()
    {
        await foreach (var job in _queue.Reader.ReadAllAsync())
        {
            for (var state = 1; state <= Final; state++)
            {
                Update(job, state);
                await Task.Yield();
            }

            if (!_waiting.IsEmpty && _waiting.TryRemove(job, out var ended))
            {
                ended.SetResult();
            }
            else if (Interlocked.Decrement(ref _left) == 0)
            {
                _allEnded.SetResult();
            }
        }
    }

    private void Update(long job, int state)
    {
        lock (_gate)
        {
            _states[job] = state;
        }
    }
}
