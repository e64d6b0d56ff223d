using Microsoft.Extensions.Logging.Abstractions;
using Orca.Training.Jobs;
using Orca.Training.Machines;

namespace Orca.Training.Docker.Tests.Faults;

/// <summary>What tests with a fake engine share: one attempt, and what that engine says of it.</summary>
public abstract class FaultTest
{
    protected static readonly RuntimeScope Scope = new("app", new InstallationId("inst"));
    protected static readonly AttemptName Attempt = new(Scope.Installation, new AttemptId(new JobId(7), 1));

    protected static readonly AttemptSpec Spec = new()
    {
        Name = Attempt,
        Application = Scope.Application,
        Image = "image",
        Environment = new Dictionary<string, string>(StringComparer.Ordinal),
    };

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    internal static DockerRuntime Runtime(Uri endpoint, TimeProvider? time = null, Action<DockerOptions>? configure = null)
    {
        var options = new DockerOptions { Endpoint = endpoint };
        configure?.Invoke(options);
        return new DockerRuntime("docker", options, time ?? TimeProvider.System, NullLogger.Instance);
    }

    private const string Labels = """ "orca.application":"app","orca.installation":"inst","orca.job":"7","orca.attempt":"1","orca.rank":"0" """;

    protected static string Listed(string status) =>
        $$"""[{"Id":"abc","State":"exited","Status":"{{status}}","Labels":{ {{Labels}} } }]""";

    protected static string Event(string action, int? exitCode = null) =>
        $$"""{"Type":"container","Action":"{{action}}","Actor":{"ID":"abc","Attributes":{ "exitCode":"{{exitCode}}", {{Labels}} } } }""";
}
