using Orca.Training.Datasets;

namespace Orca.Training.Client;

/// <summary>A caller's file, whose trouble is told as the caller's and not taken for the store's.</summary>
internal static class CallersFile
{
    public static DatasetFile Of(DatasetFile file) => file with
    {
        Open = async token =>
        {
            try
            {
                return new CallersStream(await file.Open(token), file.Name);
            }
            catch (Exception e) when (Told(e, file.Name, token) is { } told)
            {
                throw told;
            }
        },
    };

    // Null: the exception is what the caller is to see.
    private static TrainingException? Told(Exception exception, string name, CancellationToken cancellationToken) =>
        exception is TrainingException || cancellationToken.IsCancellationRequested
            ? null
            : new TrainingException(
                TrainingError.InvalidArgument,
                $"{Field(name)}: It cannot be read: {exception.Message}",
                [new FieldViolation(Field(name), $"It cannot be read: {exception.Message}")],
                exception);

    private static string Field(string name) => Intake.Field("files", name);

    private sealed class CallersStream(Stream inner, string name) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            try
            {
                return await inner.ReadAsync(buffer, cancellationToken);
            }
            catch (Exception e) when (Told(e, name, cancellationToken) is { } told)
            {
                throw told;
            }
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("This stream supports asynchronous reads only.");

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

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
