using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Orca.Training.Jobs;

namespace Orca.Training.Client;

/// <summary>
/// A hash of what was submitted, as its caller gave it: before a version was resolved or a default filled in, and without the user. Two
/// submissions have the same one exactly if they ask for the same. Pure.
/// </summary>
/// <remarks>
/// It outlives versions of this code, being kept with jobs. Each thing goes in as name and value, lengths first, in a fixed order, and maps by name;
/// what is not given is left out, so that a field that is new one day changes no fingerprint of before.
/// </remarks>
internal static class Fingerprint
{
    public static string Of(TrainingRequest request)
    {
        using var text = new Canonical();
        text.Add(request);
        return text.Hash();
    }

    public static string Of(TrainingBatch batch)
    {
        using var text = new Canonical();
        text.Add("batch", batch.Requests.Count);
        text.Add("group", batch.Group);
        text.Add("key", batch.IdempotencyKey);
        foreach (var request in batch.Requests)
        {
            text.Add("request", "");
            text.Add(request);
        }

        return text.Hash();
    }

    public static string Of(TrainingSweep sweep)
    {
        using var text = new Canonical();
        text.Add("sweep", sweep.Grid.Count);
        text.Add(sweep.Request);
        foreach (var parameter in sweep.Grid)
        {
            text.Add("values of", parameter.Name);
            foreach (var value in parameter.Values)
            {
                text.Add("value", value);
            }
        }

        return text.Hash();
    }

    private sealed class Canonical : IDisposable
    {
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

        public void Add(TrainingRequest request)
        {
            Add("algorithm", request.Algorithm);
            Add("dataset", request.DatasetId);
            AddUnlessEmpty("version", request.DatasetVersion);
            AddUnlessEmpty("name", request.Name);
            AddUnlessEmpty("model", request.OutputModelName);
            Add("input model", request.InputModel);
            Add("rerun of", request.RerunOf?.ToString());
            Add("parameter", request.Parameters);
            Add("label", request.Labels);
            AddUnless(1, "workers", request.Workers);
            Add("group", request.Group);
            Add("key", request.IdempotencyKey);
            Add("pool", request.Pool);
            AddUnless(0, "priority", request.Priority);
            if (request.Resources is { } resources)
            {
                Add("cpus", resources.Cpus?.ToString("R", CultureInfo.InvariantCulture));
                AddIfGiven("memory", resources.MemoryMiB);
                AddIfGiven("gpus", resources.Gpus);
                Add("gpu kind", resources.GpuKind);
            }

            foreach (var job in request.DependsOn)
            {
                Add("after", job.Value);
            }

            AddUnless(0, "held", request.IsHeld ? 1 : 0);
            Add("queued", request.Timeouts?.Queued);
            Add("launching", request.Timeouts?.Launching);
            Add("running", request.Timeouts?.Running);
            Add("silent", request.Timeouts?.NoProgress);
            if (request.Retries is { } retries)
            {
                Add("retries", retries.MaxRetries);
                foreach (var code in retries.On)
                {
                    Add("on", code.Name);
                }

                Add("pause", retries.FirstPause);
                Add("pause at most", retries.LongestPause);
            }
        }

        public void Add(string name, long value) => Add(name, value.ToString(CultureInfo.InvariantCulture));

        public void Add(string name, string? value)
        {
            if (value is not null)
            {
                Add(name);
                Add(value);
            }
        }

        public string Hash() => Convert.ToHexStringLower(_hash.GetHashAndReset());

        public void Dispose() => _hash.Dispose();

        private void Add(string name, IReadOnlyDictionary<string, string> values)
        {
            foreach (var (key, value) in values.OrderBy(v => v.Key, StringComparer.Ordinal))
            {
                Add(name, key);
                Add(value);
            }
        }

        private void Add(string name, TimeSpan? value)
        {
            if (value is { } time)
            {
                Add(name, time.Ticks);
            }
        }

        private void AddIfGiven(string name, int? value)
        {
            if (value is { } number)
            {
                Add(name, (long)number);
            }
        }

        private void AddUnlessEmpty(string name, string value) => Add(name, value.Length > 0 ? value : null);

        private void AddUnless(long usual, string name, long value)
        {
            if (value != usual)
            {
                Add(name, value);
            }
        }

        private void Add(string text)
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            Span<byte> length = stackalloc byte[sizeof(int)];
            BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
            _hash.AppendData(length);
            _hash.AppendData(bytes);
        }
    }
}
