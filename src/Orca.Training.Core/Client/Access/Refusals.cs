using Orca.Training.Files;
using Orca.Training.Jobs;

namespace Orca.Training.Client;

/// <summary>What is said to callers who may not do something that they may know of. Of what they may not see, it is said that there is none.</summary>
internal static class Refusals
{
    public static TrainingException MayNot(CallerRights rights, Operation operation) => Denied(
        $"{Who(rights.User)} may not {operation.Words}: it takes the role {RoleFor(operation.Permission)}, which the host gives by OrcaTraining:Access.");

    public static TrainingException MayNotSteer(CallerRights rights, JobId job) => Denied(
        $"{Who(rights.User)} may see job {job}, and not steer it: it takes whoever submitted it, or an operator of its team.");

    /// <param name="rights">The caller's.</param>
    /// <param name="kind">What the name is of.</param>
    /// <param name="name">The name.</param>
    /// <param name="owner">The team that it belongs to; null for all. It is not told.</param>
    /// <param name="words">What the caller may not do with it.</param>
    public static TrainingException NotYours(CallerRights rights, string kind, string name, string? owner, string words) => Denied(
        $"{Who(rights.User)} may not {words} the {kind} {PlainName.Quoted(name)}: "
        + (owner is null ? "it belongs to all teams, and it takes an operator for all of them." : rights.SeesName(owner)
            ? "it takes another role in its team." : "it belongs to another team. Take another name."));

    private static string RoleFor(Permission permission) => permission switch
    {
        Permission.Read => "Viewer, Submitter or Operator",
        Permission.Submit or Permission.Add => "Submitter or Operator",
        _ => "Operator",
    };

    private static string Who(string? user) => user is null ? "A caller without a name" : PlainName.Quoted(user);

    private static TrainingException Denied(string message) => new(TrainingError.PermissionDenied, message);
}
