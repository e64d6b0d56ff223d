using Orca.Training.Client;
using Orca.Training.Jobs.Storage.Memory;
using Orca.Training.Pools;

namespace Orca.Training.Docs.Tests;

/// <summary>Where options are read from.</summary>
/// <param name="Path">The section; NAME stands for a name of the host's choice.</param>
/// <param name="Options">What is read there.</param>
/// <param name="NeededCall">The call that reads it, where <c>AddOrcaTraining()</c> alone does not.</param>
internal sealed record OptionsSection(string Path, Type Options, string? NeededCall = null)
{
    public const string AnyName = "NAME";

    /// <summary>All there are; a test finds options that are missing here.</summary>
    public static IReadOnlyList<OptionsSection> All { get; } =
    [
        new("OrcaTraining", typeof(OrcaTrainingOptions)),
        new("OrcaTraining:Algorithms:NAME", typeof(AlgorithmOptions)),
        new("OrcaTraining:Algorithms:NAME:DeclaredParameters:NAME", typeof(ParameterOptions)),
        new("OrcaTraining:Algorithms:NAME:Registry", typeof(RegistryCredentials)),
        new("OrcaTraining:Algorithms:NAME:Timeouts", typeof(TimeoutOptions)),
        new("OrcaTraining:Algorithms:NAME:Retries", typeof(RetryOptions)),
        new("OrcaTraining:Pools:NAME", typeof(PoolOptions)),
        new("OrcaTraining:Pools:NAME:Machines:NAME", typeof(PoolShareOptions)),
        new("OrcaTraining:Pools:NAME:Most", typeof(PoolLimitOptions)),
        new("OrcaTraining:Pools:NAME:PerUser", typeof(PoolLimitOptions)),
        new("OrcaTraining:Access", typeof(AccessOptions)),
        new("OrcaTraining:Access:Roles:NAME", typeof(AccessRoleOptions)),
        new("OrcaTraining:Limits", typeof(RequestLimits)),
        new("OrcaTraining:Leavings", typeof(LeavingsOptions)),
        new("OrcaTraining:Retention", typeof(RetentionOptions)),
        new("OrcaTraining:Disk", typeof(DiskOptions)),
        new("OrcaTraining:MemoryJobStore", typeof(MemoryJobStoreOptions)),
        new("OrcaTraining:Sqlite", typeof(SqliteJobStoreOptions), "UseSqlite()"),
        new("OrcaTraining:PostgreSql", typeof(PostgreSqlJobStoreOptions), "UsePostgreSql()"),
        new("OrcaTraining:Minio", typeof(MinioOptions), "UseMinio()"),
        new("OrcaTraining:Machines:NAME", typeof(DockerOptions), "UseDocker()"),
        new("OrcaTraining:Machines:NAME:Tls", typeof(DockerTlsOptions), "UseDocker()"),
        new("OrcaTraining:Machines:NAME", typeof(KubernetesOptions), "UseKubernetes()"),
    ];

    /// <summary>Its path in a host that has made these calls and nothing else.</summary>
    public string Example => Path.Replace(AnyName, NeededCall is "UseKubernetes()" ? "kubernetes" : "docker", StringComparison.Ordinal);

    /// <summary>Its own settings, in the order of the code: not those that have a section for themselves, nor those that only code can set.</summary>
    public IEnumerable<Setting> Settings => Options.GetProperties()
        .Where(p => !p.PropertyType.IsAssignableTo(typeof(Delegate)))
        .Where(p => All.All(s => s.Path != $"{Path}:{p.Name}" && s.Path != $"{Path}:{p.Name}:{AnyName}"))
        .Select(p => new Setting(this, p));
}
