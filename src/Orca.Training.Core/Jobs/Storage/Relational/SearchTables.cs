namespace Orca.Training.Jobs.Storage.Relational;

/// <summary>What the databases differ in where jobs are searched.</summary>
/// <param name="Jobs">The table with the state and the document of each job.</param>
/// <param name="Facts">The table with what never changes of a job; it may be the same one.</param>
/// <param name="Labels">The table of labels: name, value, job.</param>
/// <param name="User">The column of the user.</param>
/// <param name="Join">Joins a table, under another name, to the jobs that are looked at, so that each is found by its id.</param>
/// <param name="Text">A text as a column holds it.</param>
internal sealed record SearchTables(string Jobs, string Facts, string Labels, string User, Func<string, string, string> Join, Func<string, string> Text);
