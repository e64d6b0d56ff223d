using Orca.Training.Jobs;

namespace Orca.Training.Bench.Kill.Machine;

/// <summary>What a machine itself says, without a host between.</summary>
internal interface IWitness
{
    /// <summary>The attempts that have a container now, by the machine's own list.</summary>
    Task<IReadOnlyList<AttemptName>> ListAsync(string application, CancellationToken cancellationToken);

    /// <summary>What became of every container that there ever was in an installation.</summary>
    Task<IReadOnlyList<ContainerLife>> ReadLivesAsync(InstallationId installation, CancellationToken cancellationToken);
}
