using System.Text;

namespace Orca.Training.Docs.Tests;

/// <summary>docs/configuration.md.</summary>
internal static class ConfigurationPage
{
    private const string Head = """
        # Configuration

        <!-- Made from the options and their comments by eng/docs.sh; a test holds it to the code. -->

        The service reads the section `OrcaTraining` of the host's configuration: from `appsettings.json`, from environment variables
        (`OrcaTraining__StopGrace=00:00:30`), from the command line (`--OrcaTraining:StopGrace=00:00:30`), or from any other source of the
        host. Values set in code, in `AddOrcaTraining(o => …)` or `UseDocker(o => …)`, override the configuration.

        ```json
        {
          "OrcaTraining": {
            "Algorithms": {
              "intent-classification": { "Image": "orca-training/intent-classification:latest", "MemoryMiB": 2048 }
            },
            "Machines": { "docker": { "PidsLimit": 1024 } }
          }
        }
        ```

        ## When the host starts

        The host checks all settings. If something is wrong, it does not start, and one exception lists every mistake: the full path of the
        setting, its value, and what would be right.

        | you wrote | the exception says |
        | --- | --- |
        | `"LeaseDuration": "30s"` | `OrcaTraining:LeaseDuration is '30s': write 00:00:30, which is hours:minutes:seconds.` |
        | `"MemoryMiB": "2GB"` | `OrcaTraining:Algorithms:a:MemoryMiB is '2GB': write 2048, a whole number of MiB.` |
        | `"Pull": "IfMising"` | `OrcaTraining:Algorithms:a:Pull is 'IfMising': did you mean IfMissing? Give IfMissing, Always or Never.` |
        | `"LeseDuration": "00:00:30"` | `OrcaTraining:LeseDuration is unknown: did you mean OrcaTraining:LeaseDuration?` |

        A key that no package of this host reads is a mistake too. To get a warning instead (event 1040), set `AllowUnknownSettings` to true: for
        example while hosts of two versions share a configuration, or if the section has settings of your own.

        A host without an algorithm starts, and logs a warning that it refuses every submission (event 1046).

        ## While the host runs

        Some settings are reloaded when the configuration changes; the tables say which. The new values apply only if all settings are valid.
        Otherwise the old values stay in use, and the log says why (event 1043).

        - A request is checked against the settings in use when it arrives.
        - A job is launched with the settings that its algorithm has at that moment. A running attempt keeps its settings.
        - A job whose algorithm was removed fails at its launch, and its outcome says so.
        - A pool that has open trainings can be removed only if its `MovesTo` says where they go. Keep it with `MovesTo` until they have ended.
        - All other settings need a restart. If one of them changes, the log says so (event 1042).

        ## Format

        The type *time* has the form `hours:minutes:seconds`, with days in front if needed (`1.12:00:00`).

        For completion in an editor, add the property `"$schema"` to `appsettings.json`, with the path of
        [appsettings.schema.json](appsettings.schema.json). Editors that support configuration schemas in NuGet packages need no such property.

        """;

    public static string Text()
    {
        var page = new StringBuilder(Head.ReplaceLineEndings("\n"));
        foreach (var section in OptionsSection.All)
        {
            var call = section.NeededCall is { } needed ? $" (`{needed}`)" : "";
            page.Append($"\n## `{section.Path}`{call}\n\n{XmlDocs.Of(section.Options)}\n\n| key | type | default | meaning | reloads |\n| --- | --- | --- | --- | --- |\n");
            foreach (var setting in section.Settings)
            {
                page.Append($"| `{setting.Name}` | {setting.TypeText} | {setting.DefaultText} | {setting.Meaning} | {(setting.Reloads ? "yes" : "no")} |\n");
            }
        }

        return page.ToString();
    }
}
