using Orca.Training.Jobs;
using Orca.Training.Scheduling.Facts;

namespace Orca.Training.Scheduling.Deciding;

/// <summary>What the scheduler would do next. A value: nothing has changed by asking for it, and it counts once it is taken.</summary>
internal abstract record Decision
{
    private Decision()
    {
    }

    /// <summary>To start a job on a machine.</summary>
    /// <param name="Job">The job.</param>
    /// <param name="Machine">The machine's name.</param>
    public sealed record Start(JobId Job, string Machine) : Decision
    {
        /// <summary>What the attempt is given.</summary>
        public required Demand Given { get; init; }

        /// <summary>Its pool; empty for the implicit one.</summary>
        public required string Pool { get; init; }

        /// <summary>What it costs, in millionths of what its pool can have.</summary>
        public required long CostRate { get; init; }
    }

    /// <summary>To empty a machine for a job that fits there only then: what is started there meanwhile must not delay it.</summary>
    public sealed record Reserve(JobId Job, string Machine) : Decision;

    /// <summary>To say of a waiting job why no machine could start it, or, without a reason, that one could.</summary>
    public sealed record Tell(JobId Job, string? Reason) : Decision;

    /// <summary>To say that the policy threw when it was asked about a job, and about all that are alike.</summary>
    public sealed record PolicyThrew(JobId Job, Exception Error) : Decision;
}
