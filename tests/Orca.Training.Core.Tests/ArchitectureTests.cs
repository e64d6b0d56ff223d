using System.Text.RegularExpressions;

namespace Orca.Training.Tests;

/// <summary>Which folder of the core may know which: a new arrow is a conscious change of this table.</summary>
public sealed partial class ArchitectureTests
{
    private const string Core = "src/Orca.Training.Core";

    /// <summary>The arrows that there are. The root is the host's side: it knows all, and its options are known where they are used.</summary>
    private static readonly Dictionary<string, string[]> Arrows = new()
    {
        ["Text"] = [],
        ["Clocks"] = [],
        ["Files"] = ["Text"],
        ["Disk"] = ["Files"],
        ["Jobs"] = ["Text"],
        ["Datasets"] = ["Disk", "Files", "Text"],
        ["Artifacts"] = ["Disk", "Files", "Jobs"],
        ["Access"] = ["Artifacts", "Jobs"],
        ["Runs"] = ["Jobs"],
        ["Models"] = ["Files", "Jobs", "Runs"],
        ["Metrics"] = ["Jobs"],
        ["Machines"] = ["Access", "Artifacts", "Files", "Jobs", "Scheduling/Capacity"],
        ["Scheduling/Capacity"] = [],
        ["Scheduling"] = ["Clocks", "Jobs", "Scheduling/Capacity"],
        ["Queueing"] = ["Clocks", "Diagnostics", "Jobs", "Scheduling", "Scheduling/Capacity"],
        ["Pools"] = ["Files", "Jobs", "Scheduling/Capacity", "Text"],
        ["Progress"] = ["Jobs", "Machines", "Metrics", "Text"],
        ["Logs"] = ["Disk", "Files", "Jobs", "Machines"],
        ["Auditing"] = ["Jobs"],
        ["Ownership"] = ["Jobs"],
        ["Client"] = ["Artifacts", "Auditing", "Datasets", "Diagnostics", "Files", "Jobs", "Logs", "Machines", "Metrics", "Models", "Ownership", "Pools", "Queueing", "Runs", "Scheduling/Capacity", "Settings", "Text"],
        ["Diagnostics"] = ["Jobs"],
        ["Settings"] = ["Diagnostics", "Pools"],
        ["Tracking"] = ["Access", "Artifacts", "Clocks", "Datasets", "Diagnostics", "Disk", "Jobs", "Logs", "Machines", "Metrics", "Models", "Pools", "Progress", "Queueing", "Runs", "Scheduling", "Scheduling/Capacity", "Settings", "Text"],
    };

    [Fact]
    public void Every_arrow_between_the_folders_of_the_core_is_in_the_table()
    {
        var found = AllArrows().Where(a => a.From.Length > 0).ToList();

        Assert.Empty(found.Where(a => !Arrows[a.From].Contains(a.To)).Select(a => $"{a.File}: {a.From} → {a.To}"));
        Assert.Empty(Arrows.SelectMany(a => a.Value.Select(to => (From: a.Key, To: to))).Except(found.Select(a => (a.From, a.To))).Select(a => $"no longer there: {a}"));
    }

    [Fact]
    public void The_arrows_run_one_way()
    {
        var left = Arrows.ToDictionary(a => a.Key, a => a.Value);
        while (left.Where(a => !a.Value.Any(left.ContainsKey)).Select(a => a.Key).ToList() is { Count: > 0 } ends)
        {
            ends.ForEach(e => left.Remove(e));
        }

        Assert.Empty(left.Keys);
    }

    [Fact]
    public void Nothing_but_the_root_knows_the_tracking() =>
        Assert.Empty(AllArrows().Where(a => a.To == "Tracking" && a.From.Length > 0).Select(a => a.File));

    [Fact]
    public void Seams_do_not_know_their_implementations()
    {
        // Memory and folder stores are named by the root alone, which wires them.
        var named = from file in Sources.Files([Core], ".cs")
                    where file.Count(c => c == '/') > 2
                    from line in Sources.Lines(file)
                    where Implementations().IsMatch(line)
                    select $"{file}: {line}";

        Assert.Empty(named);
    }

    [Fact]
    public void The_core_knows_no_other_package()
    {
        var others = from file in Sources.Files([Core], ".cs")
                     from line in Sources.Lines(file)
                     where OtherPackages().IsMatch(line)
                     select $"{file}: {line}";

        Assert.Empty(others);
    }

    [Fact]
    public void The_packages_refer_to_each_other_one_way()
    {
        var references = from project in Sources.Files(["src"], ".csproj")
                         from line in Sources.Lines(project)
                         let match = ProjectReference().Match(line)
                         where match.Success
                         select $"{Path.GetFileNameWithoutExtension(project)["Orca.Training.".Length..]} → {match.Groups[1].Value}";
        string[] allowed =
        [
            "Docker → Core", "Kubernetes → Core", "Minio → Core", "Sqlite → Core", "PostgreSql → Core", "Grpc → Core",
            "AspNetCore → Core", "AspNetCore → Grpc", "Testing → Core", "Testing.Conformance → Testing", "Cli → Grpc",
        ];

        Assert.Empty(references.Except(allowed));
    }

    [Fact]
    public void No_door_takes_a_client_or_a_store_from_the_host_but_by_its_caller()
    {
        // Whether the service is well is asked of its parts, by whoever the host lets ask.
        var taken = from file in Sources.Files(["src/Orca.Training.AspNetCore"], ".cs")
                    where !file.Contains("/Health/", StringComparison.Ordinal) && !file.EndsWith("/Access/Callers.cs", StringComparison.Ordinal)
                    from line in Sources.Lines(file)
                    where TakenFromTheHost().IsMatch(line)
                    select $"{file}: {line}";

        Assert.Empty(taken);
    }

    private static IEnumerable<(string File, string From, string To)> AllArrows()
    {
        foreach (var file in Sources.Files([Core], ".cs"))
        {
            var from = Arrows.Keys.Where(k => file.StartsWith($"{Core}/{k}/", StringComparison.Ordinal)).MaxBy(k => k.Length) ?? "";
            Assert.True(from.Length > 0 || file.Count(c => c == '/') == 2, $"{file} lies in a folder that the table does not know: add it");
            foreach (var to in Sources.Lines(file).SelectMany(Targets).Distinct())
            {
                if (to != from && !from.StartsWith(to + "/", StringComparison.Ordinal))
                {
                    yield return (file, from, to);
                }
            }
        }
    }

    /// <summary>The folders that a line names: by a using, or by a name that begins with a folder's namespace.</summary>
    private static IEnumerable<string> Targets(string line) =>
        line.TrimStart().StartsWith("//", StringComparison.Ordinal) || line.StartsWith("namespace ", StringComparison.Ordinal) ? []
        : from match in Namespaces().Matches(line)
          let name = match.Groups[1].Value.Replace('.', '/')
          let folder = Arrows.Keys.Where(k => name == k || name.StartsWith(k + "/", StringComparison.Ordinal)).MaxBy(k => k.Length)
          where folder is not null
          select folder;

    // "using Orca.Training.Jobs.Storage;", "Orca.Training.Jobs.JobId" and, within the namespace, "Jobs.JobId": types of Jobs by hand, since a property may be named so too.
    [GeneratedRegex(@"Orca\.Training\.([A-Z][\w.]*)|(?<![\w.])(?:(?<1>Machines)\.ReservedVariables|(?<1>Jobs)\.(?:Job|JobId|JobState|Outcome)\b)")]
    private static partial Regex Namespaces();

    [GeneratedRegex(@"using Orca\.Training\.(Jobs\.Storage\.Memory|Metrics\.Memory|Models\.Memory|Auditing\.Memory|Ownership\.Memory|Artifacts\.Folders|Datasets\.Folders|Logs\.Folders)")]
    private static partial Regex Implementations();

    [GeneratedRegex(@"using (Orca\.Training\.(Docker|Kubernetes|Minio|Sqlite|PostgreSql|Grpc|AspNetCore|Testing|Cli)|Docker|Grpc|Google|Microsoft\.AspNetCore)\b")]
    private static partial Regex OtherPackages();

    [GeneratedRegex(@"Service<(ITrainingClient\w*|I\w+Store)>")]
    private static partial Regex TakenFromTheHost();

    [GeneratedRegex(@"ProjectReference Include="".*/Orca\.Training\.([\w.]+)\.csproj""")]
    private static partial Regex ProjectReference();
}
