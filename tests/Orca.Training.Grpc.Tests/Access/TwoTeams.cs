using System.Security.Claims;
using Microsoft.Extensions.DependencyInjection;
using Orca.Training.Client;
using Orca.Training.Datasets;
using Orca.Training.Jobs;
using Orca.Training.Testing.Conformance.Clients;

namespace Orca.Training.Grpc.Tests.Access;

/// <summary>A service of two teams, and callers of each kind. What they find in it is the vision team's, and submitted by one of its submitters.</summary>
internal sealed class TwoTeams : IDisposable
{
    /// <summary>The callers, in the order in which a row of the matrix tells what they get.</summary>
    public static readonly string[] Callers = ["anonymous", "other", "viewer", "submitter", "owner", "operator"];

    private int _made;

    public TwoTeams(Action<IServiceCollection>? replace = null) => Installation = new DataInstallation(services =>
    {
        services.Configure<AccessOptions>(options =>
        {
            options.Roles["guests"] = new AccessRoleOptions { Claim = "groups", Value = "vision-guests", Role = TrainingRole.Viewer, Team = "vision" };
            options.Roles["vision"] = new AccessRoleOptions { Claim = "groups", Value = "vision", Role = TrainingRole.Submitter, Team = "vision" };
            options.Roles["vision leads"] = new AccessRoleOptions { Claim = "groups", Value = "vision-leads", Role = TrainingRole.Operator, Team = "vision" };
            options.Roles["speech leads"] = new AccessRoleOptions { Claim = "groups", Value = "speech-leads", Role = TrainingRole.Operator, Team = "speech" };
            options.Roles["platform"] = new AccessRoleOptions { Claim = "groups", Value = "platform", Role = TrainingRole.Operator };
        });
        replace?.Invoke(services);
    });

    public static IReadOnlyDictionary<string, ClaimsPrincipal> Known { get; } = new Dictionary<string, ClaimsPrincipal>
    {
        ["other"] = Who("other", "speech-leads"),
        ["viewer"] = Who("viewer", "vision-guests"),
        ["submitter"] = Who("submitter", "vision"),
        ["owner"] = Who("owner", "vision"),
        ["operator"] = Who("operator", "vision-leads"),
        ["platform"] = Who("platform", "platform"),
        ["guest"] = Who("guest", "nothing"),
    };

    public DataInstallation Installation { get; }

    private static CancellationToken Token => Patience.Token;

    public ITrainingClient ClientOf(string caller) =>
        Installation.Clients.For(Known.GetValueOrDefault(caller) ?? new ClaimsPrincipal(new ClaimsIdentity()), "192.0.2.7");

    /// <summary>Things of the vision team that nobody has touched.</summary>
    public async Task<Things> MakeAsync()
    {
        var number = Interlocked.Increment(ref _made);
        var owner = ClientOf("owner");
        var model = $"model-{number}";
        var done = await Installation.TrainAsync(owner, 0.5, model, ("model.bin", [1, 2, 3]));
        await Installation.ReportAsync(done, "loss", 1, 0.5);
        var group = $"group-{number}";
        var queued = await owner.TrainAsync(Request with { Group = group }, Token);
        var dataset = await owner.Datasets.AddAsync($"images-{number}", [DataInstallation.File("a.csv", $"{number}")], Token);
        return new Things(queued, group, done, model, dataset);
    }

    public static TrainingRequest Request => new() { Algorithm = "cnn", DatasetId = "digits" };

    public void Dispose() => Installation.Dispose();

    private static ClaimsPrincipal Who(string name, string group) => Support.Callers.With(new Claim("sub", name), new Claim("groups", group));

    /// <param name="Queued">A job that waits.</param>
    /// <param name="Group">The group of that job.</param>
    /// <param name="Done">A job that has run, with a file and a metric.</param>
    /// <param name="Model">The model that it published.</param>
    /// <param name="Dataset">A dataset's version.</param>
    internal sealed record Things(JobId Queued, string Group, JobId Done, string Model, DatasetVersion Dataset);
}
