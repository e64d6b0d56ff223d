using System.Text;
using Orca.Training.Files;
using static System.FormattableString;

namespace Orca.Training.Datasets;

/// <summary>Which names a dataset, its versions and its files can have. Every store holds to the same, so that a dataset can move.</summary>
internal static class DatasetNames
{
    /// <summary>The longest path of a file within a snapshot, in bytes of UTF-8: what S3 takes for a key, less room for a prefix.</summary>
    public const int MaxPathBytes = 768;

    /// <summary>The longest name between two slashes, in bytes of UTF-8: what file systems take.</summary>
    public const int MaxSegmentBytes = 255;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Whether a version is spelt as this project spells them: 64 lower-case hex digits.</summary>
    public static bool IsHash(string? version) => version is { Length: 64 } && version.All(char.IsAsciiHexDigitLower);

    /// <summary>Refuses a dataset id that is none.</summary>
    /// <exception cref="DatasetException">It is none.</exception>
    public static void CheckId(string datasetId)
    {
        if (!PlainName.IsValid(datasetId))
        {
            throw new DatasetException($"The dataset id {PlainName.Quoted(datasetId)} is not valid: give {PlainName.Rule}.");
        }
    }

    /// <summary>Refuses a tag that is none.</summary>
    /// <exception cref="DatasetException">It is none.</exception>
    public static void CheckTag(string tag)
    {
        ArgumentNullException.ThrowIfNull(tag);
        if (!PlainName.IsValid(tag) || IsHash(tag))
        {
            throw new DatasetException($"The tag {PlainName.Quoted(tag)} is not valid: give {PlainName.Rule}, but not 64 hex digits, which would be a version.");
        }
    }

    /// <summary>Refuses file names that could leave the snapshot's folder, that some file system cannot hold, or that clash.</summary>
    /// <exception cref="DatasetException">One of them is such; it says which.</exception>
    public static void CheckFiles(IReadOnlyList<DatasetFile> files)
    {
        CheckStoredFiles(files);
        foreach (var file in files)
        {
            if (file.Name.Split('/').Select(PortableName.Problem).FirstOrDefault(p => p is not null) is { } problem)
            {
                throw new DatasetException($"The file name {PlainName.Quoted(file.Name)} is not valid: {problem}", file.Name);
            }
        }

        if (PortableName.Clash(files.Select(f => f.Name)) is var (first, second))
        {
            throw new DatasetException(
                $"The names {LookAlike.Spelt(first)} and {LookAlike.Spelt(second)} differ only by case or by the encoding of an accent, and some file systems treat them as one: rename one of them.",
                files.First(f => f.Name == second || f.Name.StartsWith(second + "/", StringComparison.Ordinal)).Name);
        }
    }

    /// <summary>As <see cref="CheckFiles"/>, but takes what an earlier version of this project took: for copies of what is stored.</summary>
    /// <exception cref="DatasetException">A name could leave the snapshot's folder, or clashes.</exception>
    public static void CheckStoredFiles(IReadOnlyList<DatasetFile> files)
    {
        if (files.Count == 0)
        {
            throw new DatasetException("The dataset has no files: give at least one.");
        }

        var names = new HashSet<string>(files.Count, StringComparer.Ordinal);
        foreach (var file in files)
        {
            if (Problem(file.Name) is { } problem)
            {
                throw new DatasetException($"The file name {PlainName.Quoted(file.Name)} is not valid: {problem}", file.Name);
            }

            if (!names.Add(file.Name))
            {
                throw new DatasetException($"The file '{file.Name}' is given twice: give each name once.", file.Name);
            }
        }

        foreach (var file in files)
        {
            if (Folders(file.Name).FirstOrDefault(names.Contains) is { } folder)
            {
                throw new DatasetException($"The file '{file.Name}' is in '{folder}', which is given as a file too: rename one of them.", file.Name);
            }
        }
    }

    /// <summary>The folders above a file, outermost first: of "a/b/c" it is "a" and "a/b".</summary>
    public static IEnumerable<string> Folders(string fileName)
    {
        for (var slash = fileName.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = fileName.IndexOf('/', slash + 1))
        {
            yield return fileName[..slash];
        }
    }

    private static string? Problem(string name)
    {
        if (string.IsNullOrEmpty(name))
        {
            return "it is empty. Give a relative path, such as 'train.csv'.";
        }

        if (name.Contains('\\', StringComparison.Ordinal))
        {
            return "it contains a backslash. Separate folders with '/'.";
        }

        if (name[0] == '/' || (name.Length > 1 && name[1] == ':' && char.IsAsciiLetter(name[0])))
        {
            return "it is an absolute path. Give one relative to the dataset's own folder.";
        }

        if (name.Any(char.IsControl))
        {
            return "it contains a control character. Give printable text.";
        }

        var segments = name.Split('/');
        if (segments.Any(s => s is "." or ".."))
        {
            return "'.' and '..' are not names. Give the path without them.";
        }

        if (segments.Any(s => s.Length == 0))
        {
            return "it has an empty part between two slashes, or after the last one. Give a name there.";
        }

        try
        {
            return Utf8.GetByteCount(name) > MaxPathBytes ? Invariant($"it is longer than {MaxPathBytes} bytes in UTF-8. Give a shorter one.")
                : segments.Any(s => Utf8.GetByteCount(s) > MaxSegmentBytes) ? Invariant($"a part of it is longer than {MaxSegmentBytes} bytes in UTF-8. Give a shorter one.")
                : null;
        }
        catch (EncoderFallbackException)
        {
            return "it contains an unpaired surrogate. Give valid Unicode text.";
        }
    }
}
