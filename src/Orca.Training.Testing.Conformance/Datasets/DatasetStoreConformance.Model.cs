using CsCheck;
using Orca.Training.Datasets;

namespace Orca.Training.Testing.Conformance.Datasets;

/// <summary>Generated operations, compared with a small model.</summary>
public abstract partial class DatasetStoreConformance
{
    private static readonly Gen<Step> AnyStep = Gen.Select(
        Gen.Frequency(
            (6, Gen.Const(Does.Add)), (1, Gen.Const(Does.Reopen)), (1, Gen.Const(Does.AddBroken)), (2, Gen.Const(Does.Look)), (2, Gen.Const(Does.Delete)),
            (2, Gen.Const(Does.Tag)), (1, Gen.Const(Does.Untag))),
        Gen.Int[0, 1],
        Gen.Int[0, 7],
        Gen.Select(Gen.Int[0, 4], Gen.Int[0, 3]).Array[1, 4].Select(files =>
            files.DistinctBy(f => f.Item1).Select(f => ($"d{f.Item1 % 2}/{f.Item1}", new string('x', f.Item2))).ToArray()),
        (does, dataset, pick, files) => new Step(does, dataset, pick, files));

    [Fact]
    public async Task Any_operations_leave_each_dataset_as_they_leave_the_model()
    {
        var store = await NewAsync();
        var datasets = 0;
        await AnyStep.Array[1, 15].SampleAsync(
            async steps => await CompareAsync(store, 2 * Interlocked.Increment(ref datasets), steps),
            iter: GeneratedSequences);
    }

    /// <summary>Two datasets, which nobody else touches.</summary>
    private async Task CompareAsync(IDatasetStore store, int first, Step[] steps)
    {
        var models = new[] { new Model(), new Model() };
        foreach (var step in steps)
        {
            var id = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"d{first + step.Dataset}");
            var model = models[step.Dataset];
            switch (step.Does)
            {
                case Does.Add:
                    model.Add(await AddAsync(store, id, step.Files), step.Files);
                    break;
                case Does.AddBroken:
                    await Assert.ThrowsAsync<IOException>(() => store.AddAsync(id, [.. step.Files.Select(f => FileOf(f.Name, f.Text)), Broken("z")], Cancel));
                    break;
                case Does.Reopen:
                    store = await AgainAsync(store);
                    break;
                case Does.Delete when model.Pick(step.Pick) is { } deleted:
                    Assert.True(await store.DeleteAsync(deleted, Cancel));
                    model.Delete(deleted);
                    break;
                case Does.Tag when model.Pick(step.Pick) is { } tagged:
                    await store.TagAsync(tagged, step.Tag, Cancel);
                    model.Tags[step.Tag] = tagged;
                    break;
                case Does.Untag:
                    await store.RemoveTagAsync(id, step.Tag, Cancel);
                    model.Tags.Remove(step.Tag);
                    break;
                default:
                    await CompareAsync(store, id, model);
                    break;
            }

            Assert.Equal(model.Pick(0), await store.ResolveAsync(id, "", Cancel));
            Assert.Equal(model.Tags.GetValueOrDefault(step.Tag), await store.ResolveAsync(id, step.Tag, Cancel));
        }
    }

    private async Task CompareAsync(IDatasetStore store, string id, Model model)
    {
        Assert.Equal(
            model.Versions.Select(v => (v, string.Join(' ', model.Tags.Where(t => t.Value == v).Select(t => t.Key).Order(StringComparer.Ordinal)))),
            (await store.ListVersionsAsync(id, Cancel)).Select(d => (d.Version, string.Join(' ', d.Tags))));
        foreach (var (version, files) in model.Known)
        {
            var isThere = model.Versions.Contains(version);
            Assert.Equal(isThere ? version : null, await store.ResolveAsync(id, version.Hash, Cancel));
            if (isThere)
            {
                Assert.Equal(files.OrderBy(f => f.Item1, StringComparer.Ordinal), await OpenAsync(store, version));
            }
        }
    }

    private enum Does
    {
        Add,
        AddBroken,
        Reopen,
        Look,
        Delete,
        Tag,
        Untag,
    }

    private sealed record Step(Does Does, int Dataset, int Pick, (string Name, string Text)[] Files)
    {
        public string Tag => Pick % 2 == 0 ? "even" : "odd";
    }

    /// <summary>A dataset, as simple as can be.</summary>
    private sealed class Model
    {
        /// <summary>Those that are there, from the one that was added last.</summary>
        public List<DatasetVersion> Versions { get; } = [];

        public Dictionary<string, DatasetVersion> Tags { get; } = [];

        /// <summary>All that ever were.</summary>
        public Dictionary<DatasetVersion, (string, string)[]> Known { get; } = [];

        public DatasetVersion? Pick(int number) => Versions.Count == 0 ? null : Versions[number % Versions.Count];

        public void Add(DatasetVersion version, (string, string)[] files)
        {
            Versions.Remove(version);
            Versions.Insert(0, version);
            Known[version] = files;
        }

        public void Delete(DatasetVersion version)
        {
            Versions.Remove(version);
            foreach (var tag in Tags.Where(t => t.Value == version).Select(t => t.Key).ToList())
            {
                Tags.Remove(tag);
            }
        }
    }
}
