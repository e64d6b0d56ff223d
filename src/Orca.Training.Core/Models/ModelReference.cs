namespace Orca.Training.Models;

/// <summary>A version of a model as requests name it: <c>name</c> for the newest, <c>name:version</c> or <c>name:alias</c>. Pure.</summary>
/// <param name="Name">The model.</param>
/// <param name="Version">A number, an alias, or empty for the newest.</param>
internal readonly record struct ModelReference(string Name, string Version)
{
    public static ModelReference Of(string text)
    {
        // The last one: a name may hold anything else.
        var colon = text.LastIndexOf(':');
        return colon < 0 ? new ModelReference(text, "") : new ModelReference(text[..colon], text[(colon + 1)..]);
    }

    public override string ToString() => Version.Length == 0 ? Name : $"{Name}:{Version}";
}
