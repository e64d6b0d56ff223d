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

    /// <summary>The most characters of a user's name in a query.</summary>
    public const int MaxUserLength = 1024;
}
