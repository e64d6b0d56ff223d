using System.Text;
using CsCheck;
using Orca.Training.Artifacts;
using Orca.Training.Jobs;

namespace Orca.Training.Testing.Conformance.Artifacts;

/// <summary>What is removed is gone for good, what is kept stays where it is, and nobody takes a part of an artifact for all of it.</summary>
public abstract partial class ArtifactStoreConformance
{
    private static readonly Gen<(Does Does, int Attempt, int File, int Length)> AnyStep = Gen.Select(
        Gen.Frequency((6, Gen.Const(Does.Write)), (2, Gen.Const(Does.Collect)), (1, Gen.Const(Does.Reopen)), (1, Gen.Const(Does.Remove)), (1, Gen.Const(Does.RemoveButOne))),
        Gen.Int[0, 3],
        Gen.Int[0, 4],
        Gen.Int[0, 2000]);

    [Fact]
    public async Task Nothing_is_left_of_a_removed_job_and_all_of_the_others()
    {
        var store = await NewAsync();
        var places = await PrepareAsync(store, NameOf(7, 2), ("model.pt", "2"), ("d/x", "x"));
        await WriteAsync(places.Checkpoint, "step", "1"u8.ToArray());
        await PrepareAsync(store, NameOf(7, 31), ("model.pt", "31"));
        AttemptName[] others = [NameOf(72, 2), NameOf(2, 7), NameOf(7, 2) with { Installation = new InstallationId("there") }];
        foreach (var other in others)
        {
            await WriteAsync((await PrepareAsync(store, other, ("model.pt", "other"))).Checkpoint, "step", "1"u8.ToArray());
        }

        var removed = await store.CollectAsync(NameOf(7, 2), [], Cancel);
        await store.RemoveAsync(Here, new JobId(7), exceptAttempt: null, Cancel);

        foreach (var artifact in removed)
        {
            await Assert.ThrowsAsync<ArtifactException>(() => store.OpenAsync(artifact, 0, Cancel));
        }

        Assert.Null(await ReadAsync(places.Checkpoint, "step"));
        Assert.Null(await ReadAsync(places.Output, "d/x"));
        foreach (var attempt in new[] { NameOf(7, 2), NameOf(7, 31) })
        {
            await store.PrepareAsync(attempt, Cancel);
            Assert.Empty(await store.CollectAsync(attempt, [], Cancel));
        }

        foreach (var other in others)
        {
            Assert.Equal([("model.pt", "other")], await TextsAsync(store, await store.CollectAsync(other, [], Cancel)));
            Assert.NotNull(await ReadAsync((await store.PrepareAsync(other, Cancel)).Checkpoint, "step"));
        }
    }

    [Fact]
    public async Task The_attempt_that_is_excepted_stays_where_it_is_and_the_rest_of_its_job_goes()
    {
        var store = await NewAsync();
        var places = await PrepareAsync(store, NameOf(7, 2), ("model.pt", "2"), ("d/x", "x"));
        await WriteAsync(places.Checkpoint, "step", "1"u8.ToArray());
        var first = await PrepareAsync(store, NameOf(7, 1), ("model.pt", "1"));
        var later = await PrepareAsync(store, NameOf(7, 20), ("model.pt", "20"));
        var kept = await store.CollectAsync(NameOf(7, 2), [], Cancel);

        for (var times = 0; times < 2; times++)
        {
            await store.RemoveAsync(Here, new JobId(7), exceptAttempt: 2, Cancel);

            Assert.Equal([("d/x", "x"), ("model.pt", "2")], await TextsAsync(await AgainAsync(store), kept));
            Assert.Null(await ReadAsync(places.Checkpoint, "step"));
            Assert.Null(await ReadAsync(first.Output, "model.pt"));
            Assert.Null(await ReadAsync(later.Output, "model.pt"));
        }

        await store.RemoveAsync(Here, new JobId(7), exceptAttempt: null, Cancel);
        Assert.Null(await ReadAsync(places.Output, "model.pt"));
    }

    [Fact]
    public async Task Removing_again_and_removing_nothing_are_no_errors()
    {
        var store = await NewAsync();
        foreach (int? except in new int?[] { null, 2 })
        {
            await store.RemoveAsync(Here, new JobId(7), except, Cancel);
            await PrepareAsync(store, NameOf(7, 1), ("x", "x"));
            await store.RemoveAsync(Here, new JobId(7), except, Cancel);
            await store.RemoveAsync(Here, new JobId(7), except, Cancel);
            await store.PrepareAsync(NameOf(7, 1), Cancel);
            Assert.Empty(await store.CollectAsync(NameOf(7, 1), [], Cancel));
        }
    }

    [Fact]
    public async Task Removals_of_a_job_at_once_all_end_well()
    {
        var store = await NewAsync();
        var places = await PrepareAsync(store, NameOf(7, 2), [.. Enumerable.Range(0, 50).Select(i => ($"d{i % 5}/{i}", $"{i}"))]);
        var other = await AgainAsync(store);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() => (i % 2 == 0 ? store : other).RemoveAsync(Here, new JobId(7), null, Cancel), Cancel)));

        Assert.Null(await ReadAsync(places.Output, "d0/0"));
    }

    [Fact]
    public async Task Who_reads_an_artifact_while_it_is_removed_gets_all_of_it_or_an_error()
    {
        var store = await NewAsync();
        var content = new byte[1_000_003];
        new Random(1).NextBytes(content);
        var places = await store.PrepareAsync(NameOf(7, 2), Cancel);
        await WriteAsync(places.Output, "model.pt", content);
        var artifact = Assert.Single(await store.CollectAsync(NameOf(7, 2), [], Cancel));
        await using var stream = await store.OpenAsync(artifact, 0, Cancel);
        var read = new byte[content.Length + 1];
        await stream.ReadExactlyAsync(read.AsMemory(0, 1000), Cancel);

        await store.RemoveAsync(Here, new JobId(7), exceptAttempt: null, Cancel);

        try
        {
            var rest = await stream.ReadAtLeastAsync(read.AsMemory(1000), read.Length - 1000, throwOnEndOfStream: false, Cancel);
            Assert.Equal(content.Length, 1000 + rest);
            Assert.Equal(content, read[..^1]);
        }
        catch (Exception e) when (e is IOException or ArtifactException)
        {
            // Told, and so no half of it is taken for all.
        }

        await Assert.ThrowsAsync<ArtifactException>(() => store.OpenAsync(artifact, 0, Cancel));
    }

    [Fact]
    public async Task Any_operations_leave_each_attempt_as_they_leave_the_model()
    {
        var store = await NewAsync();
        var jobs = 1000;
        await AnyStep.Array[1, 25].SampleAsync(
            async steps => await CompareAsync(store, 2 * Interlocked.Increment(ref jobs), steps),
            iter: GeneratedSequences);
    }

    /// <summary>Two jobs with two attempts each, which nobody else touches.</summary>
    private async Task CompareAsync(IArtifactStore store, int firstJob, (Does Does, int Attempt, int File, int Length)[] steps)
    {
        var model = Enumerable.Range(0, 4).Select(_ => new SortedDictionary<string, string>(StringComparer.Ordinal)).ToArray();
        foreach (var (does, attempt, file, length) in steps)
        {
            var name = NameAt(attempt);
            switch (does)
            {
                case Does.Write:
                    var text = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{attempt} {file} {new string('x', length)}");
                    await WriteAsync((await store.PrepareAsync(name, Cancel)).Output, $"f{file % 2}/{file}", Encoding.UTF8.GetBytes(text));
                    model[attempt][$"f{file % 2}/{file}"] = text;
                    break;
                case Does.Reopen:
                    store = await AgainAsync(store);
                    break;
                case Does.Remove or Does.RemoveButOne:
                    await store.RemoveAsync(Here, name.Attempt.Job, does == Does.Remove ? null : name.Attempt.Number, Cancel);
                    foreach (var gone in new[] { attempt, attempt ^ 1 }.Where(a => does == Does.Remove || a != attempt))
                    {
                        model[gone].Clear();
                    }

                    break;
                default:
                    break;
            }

            await store.PrepareAsync(name, Cancel);
            Assert.Equal(model[attempt].Select(f => (f.Key, f.Value)), await TextsAsync(store, await store.CollectAsync(name, [], Cancel)));
        }

        AttemptName NameAt(int attempt) => NameOf(firstJob + (attempt / 2), 1 + (attempt % 2));
    }

    private enum Does
    {
        Write,
        Collect,
        Reopen,
        Remove,
        RemoveButOne,
    }
}
