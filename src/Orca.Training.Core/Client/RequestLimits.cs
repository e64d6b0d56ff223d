namespace Orca.Training.Client;

/// <summary>The limits of requests.</summary>
public sealed class RequestLimits
{
    /// <summary>Characters in an algorithm's, a dataset's, a training's, a model's or a group's name. Default 128.</summary>
    public int NameLength { get; set; } = 128;

    /// <summary>Parameters of a request. Default 128.</summary>
    public int Parameters { get; set; } = 128;

    /// <summary>Characters in a parameter's name. Default 64.</summary>
    public int ParameterNameLength { get; set; } = 64;

    /// <summary>Characters in a parameter's value. Default 4,096.</summary>
    public int ParameterValueLength { get; set; } = 4096;

    /// <summary>Labels of a request. Default 32.</summary>
    public int Labels { get; set; } = 32;

    /// <summary>Characters in a label's name or value. Default 128.</summary>
    public int LabelLength { get; set; } = 128;

    /// <summary>Characters in an idempotency key. Default 128.</summary>
    public int KeyLength { get; set; } = 128;

    /// <summary>The number of trainings that one training can depend on. Default 100.</summary>
    public int Dependencies { get; set; } = 100;

    /// <summary>The number of attempts of a job after the first. Default 100.</summary>
    public int Retries { get; set; } = 100;

    /// <summary>
    /// The size of a request as stored, in bytes; a control character counts as six. The record of a job, with what each attempt
    /// executed, stays below 3 MiB, so a large request can have fewer retries. From 1,024 to 1,048,576. Default 131,072.
    /// </summary>
    public int RequestBytes { get; set; } = 128 * 1024;

    /// <summary>
    /// The size of all requests of one call as stored, in bytes; of a sweep, each training counts. At most 33,554,432. Default
    /// 16,777,216.
    /// </summary>
    public int CallBytes { get; set; } = 16 << 20;

    /// <summary>The longest time limit, and the longest pause before a retry, of a request or an algorithm. Default 365 days.</summary>
    public TimeSpan LongestTime { get; set; } = TimeSpan.FromDays(365);

    /// <summary>Files of a dataset. Default 10,000.</summary>
    public int DatasetFiles { get; set; } = 10_000;

    /// <summary>The size of all files of a dataset, in MiB. Default 102,400, which is 100 GiB.</summary>
    public int DatasetMiB { get; set; } = 102_400;

    /// <summary>The number of datasets that all callers together may upload at the same time. Default 64.</summary>
    public int Uploads { get; set; } = 64;

    /// <summary>The number of datasets that one caller may upload at the same time. Default 8.</summary>
    public int UploadsOfCaller { get; set; } = 8;

    /// <summary>How long an upload may send nothing. Then it is cancelled. Default 1 min.</summary>
    public TimeSpan UploadIdle { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>The maximum duration of an upload. Default 2 h.</summary>
    public TimeSpan UploadTime { get; set; } = TimeSpan.FromHours(2);

    /// <summary>
    /// The maximum of all time limits. A running attempt without a limit of its request or algorithm ends after this time too. Default 30
    /// days.
    /// </summary>
    public TimeSpan LongestTimeLimit { get; set; } = TimeSpan.FromDays(30);

    /// <summary>The longest time limit that a request can ask for.</summary>
    internal TimeSpan Cap => LongestTimeLimit < LongestTime ? LongestTimeLimit : LongestTime;
}
