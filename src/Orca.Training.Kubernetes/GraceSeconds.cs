namespace Orca.Training.Kubernetes;

/// <summary>A grace as Kubernetes counts it: whole seconds, of which a part is rounded up, since a grace is a promise to the training.</summary>
internal static class GraceSeconds
{
    /// <summary>At least 1, since 0 means "forget it, whether it ended or not".</summary>
    public static long Of(TimeSpan time) => (long)Math.Max(1, Math.Ceiling(time.TotalSeconds));
}
