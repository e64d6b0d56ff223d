using System.Text;

namespace Orca.Training.Docs.Tests;

/// <summary>docs/configuration.md.</summary>
internal static class ConfigurationPage
{
    private const string Head = """
        # Configuration

        <!-- Made from the options and their comments by eng/docs.sh; a test holds it to the code. -->

        The service reads the section `OrcaTraining` of the host's configuration by itself: from `appsettings.json`, from environment
        variables (`OrcaTraining__StopGrace=00:00:30`), from the command line (`--OrcaTraining:StopGrace=00:00:30`), or from wherever else
        the host takes its configuration. Code has the last word: `AddOrcaTraining(o => …)` and `UseDocker(o => …)` go before it.

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

        **When the host starts**, all settings are checked, and all that is wrong is told at once: each by its full path, with the value
        found and what would be right. The host then does not start. A key that means nothing is told in the log, with the nearest that
        does (event 1040); the host starts all the same, so that an older one can live with a newer one's configuration.

        **While the host runs**, a changed configuration is taken over for the settings that say so below, if all of it is right; if not,
        the settings from before still hold, and the log says why (event 1043). Requests are checked by the settings that hold when they
        come. A job is launched with what its algorithm is at its launch; attempts under way keep what they were given. A job whose
        algorithm has been taken away fails at its launch, and says so. All other settings are read when the host starts; if one of them
        has changed, the log says that a restart is needed (event 1042).

        A *time* is written `hours:minutes:seconds`, with days in front where needed (`1.12:00:00`).
        [appsettings.schema.json](appsettings.schema.json) describes all this to editors, through a line `"$schema"` in `appsettings.json`;
        editors that know NuGet's convention find it in the packages without one.

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
