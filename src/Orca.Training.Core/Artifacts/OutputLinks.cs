using Orca.Training.Files;

namespace Orca.Training.Artifacts;

/// <summary>Where the symbolic links that a training left lead, without following one: by what was listed. Pure.</summary>
internal static class OutputLinks
{
    /// <summary>Where a container sees its output, for links that say the whole path.</summary>
    public const string SeenAt = "/orca/output";

    // As many as the kernel follows.
    private const int MostHops = 40;

    /// <summary>The file of the output that a link leads to; null if it leads elsewhere, and then why.</summary>
    /// <param name="name">The link's path in the output.</param>
    /// <param name="kinds">All that was listed, by path.</param>
    /// <param name="targets">What each link holds, by its path.</param>
    public static (string? File, string Why) Resolve(string name, IReadOnlyDictionary<string, FileKind> kinds, IReadOnlyDictionary<string, string> targets)
    {
        var ahead = new Stack<string>();
        var at = Parts(name)[..^1].ToList();
        var target = targets[name];
        for (var hops = 1; hops <= MostHops; hops++)
        {
            if (target.StartsWith('/'))
            {
                if (target != SeenAt && !target.StartsWith(SeenAt + "/", StringComparison.Ordinal))
                {
                    return (null, "leads out of the output");
                }

                target = target[SeenAt.Length..];
                at.Clear();
            }

            foreach (var part in Parts(target).Reverse())
            {
                ahead.Push(part);
            }

            if (Go(ahead, at, kinds) is { } end)
            {
                return end;
            }

            // It stands at another link, whose own folder the next target is taken from.
            target = targets[string.Join('/', at)];
            at.RemoveAt(at.Count - 1);
        }

        return (null, "leads in a circle");
    }

    /// <summary>Goes on until the end, or to the next link: then null.</summary>
    private static (string? File, string Why)? Go(Stack<string> ahead, List<string> at, IReadOnlyDictionary<string, FileKind> kinds)
    {
        while (ahead.TryPop(out var part))
        {
            if (part == "..")
            {
                if (at.Count == 0)
                {
                    return (null, "leads out of the output");
                }

                at.RemoveAt(at.Count - 1);
                continue;
            }

            at.Add(part);
            var place = string.Join('/', at);
            switch (kinds.GetValueOrDefault(place))
            {
                case FileKind.SymbolicLink:
                    return null;
                case FileKind.Folder:
                    break;
                case FileKind.Regular when ahead.Count == 0:
                    return (place, "");
                default:
                    return (null, "leads to no file of the output");
            }
        }

        return (null, "leads to a folder");
    }

    private static string[] Parts(string path) => [.. path.Split('/').Where(p => p is not ("" or "."))];
}
