namespace Orca.Training.Client;

/// <summary>The limits of one call of an <see cref="ITrainingClient"/>. They are the same for every service.</summary>
public static class CallLimits
{
    /// <summary>The number of trainings on a page, if the query does not set it.</summary>
    public const int DefaultPageSize = 50;

    /// <summary>The maximum number of trainings on a page.</summary>
    public const int MaxPageSize = 1000;

    /// <summary>The maximum number of jobs in a call that returns their statuses.</summary>
    public const int MaxStatuses = 1000;

    /// <summary>The maximum number of trainings that one call can submit.</summary>
    public const int MaxBatch = 1000;

    /// <summary>The maximum length of a user's name in characters, for callers and in queries.</summary>
    public const int MaxUserLength = 1024;

    /// <summary>The maximum length of a name in a query in characters, such as the name of a model, a file or a metric.</summary>
    public const int MaxNameLength = 1024;

    /// <summary>The maximum number of aliases of a model version.</summary>
    public const int MaxAliases = 100;

    /// <summary>
    /// The maximum text of one request, sweep or query, in bytes of UTF-8. <see cref="RequestLimits.RequestBytes"/> also limits a request
    /// as stored.
    /// </summary>
    public const int MaxRequestBytes = 1 << 20;

    /// <summary>
    /// The maximum text of all requests of one call, in bytes of UTF-8. <see cref="RequestLimits.CallBytes"/> also limits them as stored.
    /// </summary>
    public const int MaxBatchBytes = 32 << 20;
}
