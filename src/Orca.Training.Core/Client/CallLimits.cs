namespace Orca.Training.Client;

/// <summary>How much one call of an <see cref="ITrainingClient"/> may ask for; the same for every service.</summary>
public static class CallLimits
{
    /// <summary>Trainings on a page of a list, when the query does not say.</summary>
    public const int DefaultPageSize = 50;

    /// <summary>The most trainings on a page of a list that a query can ask for.</summary>
    public const int MaxPageSize = 1000;

    /// <summary>The most jobs whose statuses one call can ask for.</summary>
    public const int MaxStatuses = 1000;

    /// <summary>The most trainings that one call can submit.</summary>
    public const int MaxBatch = 1000;

    /// <summary>The most characters of a user's name, of who submits as of who is asked for.</summary>
    public const int MaxUserLength = 1024;

    /// <summary>The most characters of a name by which something is looked for, such as a model's, a file's or a metric's.</summary>
    public const int MaxNameLength = 1024;

    /// <summary>The most aliases of a model's version.</summary>
    public const int MaxAliases = 100;

    /// <summary>The most text of one request, sweep or query, in bytes of UTF-8. What is kept of a request is bounded further by <see cref="RequestLimits.RequestBytes"/>.</summary>
    public const int MaxRequestBytes = 1 << 20;

    /// <summary>The most text of all requests that one call submits, in bytes of UTF-8. What is kept of them is bounded further by <see cref="RequestLimits.CallBytes"/>.</summary>
    public const int MaxBatchBytes = 32 << 20;
}
