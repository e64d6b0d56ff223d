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

    public static TrainingException NotYours(CallerRights rights, string kind, string name, string words) => Denied(
        $"{Who(rights.User)} may not {words} the {kind} {PlainName.Quoted(name)}: it belongs to others. Take another name, or ask an operator.");

    private static string RoleFor(Permission permission) => permission switch
    {
        Permission.Read => "Viewer, Submitter or Operator",
        Permission.Submit or Permission.Add => "Submitter or Operator",
        _ => "Operator",
    };

    private static string Who(string? user) => user is null ? "A caller without a name" : PlainName.Quoted(user);

    private static TrainingException Denied(string message) => new(TrainingError.PermissionDenied, message);
}
