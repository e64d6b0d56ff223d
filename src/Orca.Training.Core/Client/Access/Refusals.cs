using Orca.Training.Files;
using Orca.Training.Jobs;

namespace Orca.Training.Client;

/// <summary>Errors for callers who may see something but not change it. What they may not see is reported as not found.</summary>
internal static class Refusals
{
    public static TrainingException MayNot(CallerRights rights, Operation operation) => Denied(
        $"{Who(rights.User)} may not {operation.Words}: this needs the role {RoleFor(operation.Permission)}, which the host assigns in OrcaTraining:Access.");

    public static TrainingException MayNotSteer(CallerRights rights, JobId job) => Denied(
        $"{Who(rights.User)} may see job {job}, but only its submitter and operators of its team may change it.");

    /// <param name="rights">The rights of the caller.</param>
    /// <param name="kind">What the name names, such as a dataset.</param>
    /// <param name="name">The name.</param>
    /// <param name="owner">The team that owns it; null if it is shared. The message does not reveal it.</param>
    /// <param name="words">What the caller may not do with it.</param>
    public static TrainingException NotYours(CallerRights rights, string kind, string name, string? owner, string words) => Denied(
        $"{Who(rights.User)} may not {words} the {kind} {PlainName.Quoted(name)}: "
        + (owner is null ? "it is shared by all teams, so this needs an operator of all teams." : rights.SeesName(owner)
            ? "this needs another role in its team." : "it belongs to another team. Choose another name."));

    private static string RoleFor(Permission permission) => permission switch
    {
        Permission.Read => "Viewer, Submitter or Operator",
        Permission.Submit or Permission.Add => "Submitter or Operator",
        _ => "Operator",
    };

    private static string Who(string? user) => user is null ? "A caller without a name" : PlainName.Quoted(user);

    private static TrainingException Denied(string message) => new(TrainingError.PermissionDenied, message);
}
