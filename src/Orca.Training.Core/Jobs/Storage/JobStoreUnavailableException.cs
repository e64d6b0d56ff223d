namespace Orca.Training.Jobs.Storage;

/// <summary>The store cannot answer now; trying again later may help. Whether a write that met it was committed is not known.</summary>
public sealed class JobStoreUnavailableException : Exception
{
    /// <summary>Says which store, what was tried and what is wrong.</summary>
    public JobStoreUnavailableException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
