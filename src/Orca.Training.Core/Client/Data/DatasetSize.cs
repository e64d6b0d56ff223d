using Orca.Training.Datasets;
using Orca.Training.Files;
using static System.FormattableString;

namespace Orca.Training.Client;

/// <summary>What one add may hold: it is counted while it is read, and breaks off as soon as it is too much.</summary>
internal sealed class DatasetSize(RequestLimits limits, CallerBudget? budget = null) : IDisposable
{
    private readonly long _most = (long)limits.DatasetMiB << 20;
    private long _read;

    /// <exception cref="TrainingException">There are more files than a dataset may have.</exception>
    public void CheckCount(int files)
    {
        if (files > limits.DatasetFiles)
        {
            throw TrainingException.Invalid("files", Invariant(
                $"There are {files} files, and a dataset may have {limits.DatasetFiles}: combine small files, or raise OrcaTraining:Limits:DatasetFiles."));
        }
    }

    /// <summary>The file, whose bytes count.</summary>
    public DatasetFile Counted(DatasetFile file) =>
        file with { Open = async token => new CountedStream(await file.Open(token), this, file.Name) };

    /// <summary>The add is over: what it has sent counts no longer.</summary>
    public void Dispose() => budget?.Uploaded(_read);

    private void Count(int bytes, string file)
    {
        budget?.Upload(bytes);
        // A store opens one file after the other.
        _read += bytes;
        if (_read > _most)
        {
            throw TrainingException.Invalid("files", Invariant(
                $"With {PlainName.Quoted(file)} the files have more than {limits.DatasetMiB} MiB, the limit of a dataset: give less, or raise OrcaTraining:Limits:DatasetMiB."));
        }
    }

    private sealed class CountedStream(Stream inner, DatasetSize size, string name) : ForwardStream
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await inner.ReadAsync(buffer, cancellationToken);
            size.Count(read, name);
            return read;
        }

        public override async ValueTask DisposeAsync()
        {
            await inner.DisposeAsync();
            await base.DisposeAsync();
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                inner.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
