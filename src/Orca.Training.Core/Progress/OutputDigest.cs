using System.Collections.ObjectModel;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Orca.Training.Jobs;
using Orca.Training.Machines;
using Orca.Training.Metrics;

namespace Orca.Training.Progress;

/// <summary>
/// What is to be kept of a container's output, line by line: the latest of each figure, the announced artifacts and the last log
/// lines. Its memory is bounded, however much is printed. Not thread-safe: one reader of one container's output owns it.
/// </summary>
/// <remarks>
/// A fold: to begin with what was recorded after some lines and take the rest gives the same progress as to take them all. That
/// holds for <see cref="Progress"/>, announcements included; the tail begins anew.
/// </remarks>
/// <param name="recorded">The progress to go on from.</param>
internal sealed class OutputDigest(TrainingProgress recorded)
{
    /// <summary>The most metrics that are kept; further names are left out.</summary>
    public const int MaxMetrics = 256;

    /// <summary>The most characters of the names of all metrics together: they stand in the job's record, which is written again with each progress.</summary>
    public const int MaxMetricNames = 16 * 1024;

    /// <summary>The most artifacts that are kept; further names are left out.</summary>
    public const int MaxAnnounced = 1000;

    /// <summary>The most characters of the names of all announced artifacts together.</summary>
    public const int MaxAnnouncedNames = 128 * 1024;

    private static readonly OutputLeftOut Nothing = new(0, 0, 0);

    // Each made with the first line that needs it: many trainings say nothing.
    private Dictionary<string, double>? _metrics;
    private Dictionary<string, AnnouncedArtifact>? _announced;
    private LogTail? _tail;
    private TrainingProgress _figures = recorded;
    private OutputPosition _position = recorded.Position;
    private bool _metricsChanged;
    private bool _announcedChanged;
    private int _metricNames;

    // Of the last line with metrics, whose names are known while its values are not yet among the others.
    private MetricValues? _latest;
    private int _latestLeftOut;
    private int _announcedNames;
    private OutputLeftOut _leftOut = recorded.LeftOut ?? Nothing;

    /// <summary>The figures as they are now, and how far the output was read to say so.</summary>
    public TrainingProgress Progress
    {
        get
        {
            if (_metricsChanged)
            {
                _metricsChanged = false;
                MergeLatest();
                _figures = _figures with { Metrics = new ReadOnlyDictionary<string, double>(new Dictionary<string, double>(_metrics!, StringComparer.Ordinal)) };
            }

            if (_announcedChanged)
            {
                _announcedChanged = false;
                _figures = _figures with { Announced = [.. _announced!.Values.OrderBy(a => a.Name, StringComparer.Ordinal)] };
            }

            if (_leftOut != (_figures.LeftOut ?? Nothing))
            {
                _figures = _figures with { LeftOut = _leftOut };
            }

            return _figures.Position == _position ? _figures : _figures with { Position = _position };
        }
    }

    /// <summary>
    /// Whether a figure or an announcement came since <see cref="TakeNews"/>. Log alone is no news: to read it again after a
    /// restart changes nothing, and to record each line would cost more than all else.
    /// </summary>
    public bool HasNews { get; private set; }

    /// <summary>Whether there is news that people wait for: a first value, a further name, an announcement. Other news is numbers that move.</summary>
    public bool HasNewNames { get; private set; }

    /// <summary>How many names its metrics have.</summary>
    public int MetricCount => _metrics?.Count ?? _figures.Metrics.Count;

    /// <summary>Whether no line was taken in.</summary>
    public bool IsUntouched { get; private set; } = true;

    /// <summary>The last log lines, oldest first: at most 20, and at most 4 KiB.</summary>
    public IReadOnlyList<string> Tail => _tail?.Lines ?? [];

    /// <summary>What is to be recorded; <see cref="HasNews"/> begins anew.</summary>
    public TrainingProgress TakeNews()
    {
        (HasNews, HasNewNames) = (false, false);
        return Progress;
    }

    /// <summary>Takes note of how many points are not kept by now.</summary>
    public void LeaveOutPoints(long points)
    {
        if (points > _leftOut.Points)
        {
            HasNewNames |= _leftOut.Points == 0;
            HasNews = true;
            _leftOut = _leftOut with { Points = points };
        }
    }

    /// <summary>Takes the next line in.</summary>
    public void Take(in OutputLine line) => Take(line, OutputParser.Parse(line));

    /// <summary>Takes the next line in, which says this.</summary>
    public void Take(in OutputLine line, OutputEvent says)
    {
        IsUntouched = false;
        _position = _position.Next(line.Timestamp);
        switch (says)
        {
            case OutputEvent.Metric metric:
                Merge(metric.Values, metric.LeftOut);
                break;
            case OutputEvent.Progress progress:
                HasNewNames |= _figures.Done is null;
                _figures = _figures with { Done = progress.Done, Total = progress.Total };
                HasNews = true;
                break;
            case OutputEvent.Artifact artifact:
                Announce(artifact.Announced);
                break;
            case var refused when refused == OutputEvent.NoArtifact:
                LeaveOut(values: 0, artifacts: 1);
                break;
            default:
                (_tail ??= new LogTail()).Add(line.Text);
                break;
        }
    }

    private void Merge(MetricValues values, int leftOut)
    {
        // A line with the names of the one before takes its place: of very many such lines only the last is looked at by name.
        if (values.Names != _latest?.Names)
        {
            MergeLatest();
            _latestLeftOut = MergeNames(values.Names);
        }

        _latest = values;
        if (values.Count > _latestLeftOut)
        {
            (_metricsChanged, HasNews) = (true, true);
        }

        if (leftOut + _latestLeftOut > 0)
        {
            LeaveOut(leftOut + _latestLeftOut, artifacts: 0);
        }
    }

    /// <summary>Makes room for names. How many of them find none.</summary>
    private int MergeNames(MetricNames names)
    {
        if (_metrics is null)
        {
            _metrics = new Dictionary<string, double>(_figures.Metrics, StringComparer.Ordinal);
            _metricNames = _metrics.Keys.Sum(n => n.Length);
        }

        var leftOut = 0;
        foreach (var name in names.All)
        {
            if (_metrics.ContainsKey(name))
            {
                continue;
            }

            if (_metrics.Count >= MaxMetrics || _metricNames + name.Length > MaxMetricNames)
            {
                leftOut++;
                continue;
            }

            _metricNames += name.Length;
            HasNewNames = true;
            _metrics.Add(name, 0);
        }

        return leftOut;
    }

    private void MergeLatest()
    {
        if (_latest is not { } latest)
        {
            return;
        }

        for (var i = 0; i < latest.Count; i++)
        {
            ref var value = ref CollectionsMarshal.GetValueRefOrNullRef(_metrics!, latest.Names[i]);
            if (!Unsafe.IsNullRef(ref value))
            {
                value = latest.Numbers[i];
            }
        }
    }

    private void Announce(AnnouncedArtifact artifact)
    {
        if (_announced is null)
        {
            _announced = (_figures.Announced ?? []).ToDictionary(a => a.Name, StringComparer.Ordinal);
            _announcedNames = _announced.Keys.Sum(n => n.Length);
        }

        if (!_announced.ContainsKey(artifact.Name))
        {
            if (_announced.Count >= MaxAnnounced || _announcedNames + artifact.Name.Length > MaxAnnouncedNames)
            {
                LeaveOut(values: 0, artifacts: 1);
                return;
            }

            _announcedNames += artifact.Name.Length;
        }

        _announced[artifact.Name] = artifact;
        _announcedChanged = true;
        (HasNews, HasNewNames) = (true, true);
    }

    private void LeaveOut(int values, int artifacts)
    {
        // The first is news; how many there are by now is told with the next.
        (HasNews, HasNewNames) = (true, HasNewNames || _leftOut is { Values: 0, Artifacts: 0 });
        _leftOut = _leftOut with { Values = _leftOut.Values + values, Artifacts = _leftOut.Artifacts + artifacts };
    }
}
