namespace Orca.Training.Docker.Tests.Engine;

/// <summary>What copies take of the host's memory. All that the process allocates is counted, so nothing else runs beside it.</summary>
[Collection(nameof(CopyMemoryTests))]
[CollectionDefinition(nameof(CopyMemoryTests), DisableParallelization = true)]
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class CopyMemoryTests(DockerEngine engine) : CopyTest(engine)
{
    [Fact]
    public async Task Large_files_pass_both_ways_in_bounded_memory()
    {
        const long Size = 64L << 20;
        var (spec, folders) = Places("cp $DATA/large $OUTPUT/large");
        await using (var large = File.Create(PathOf("data/large")))
        {
            large.SetLength(Size);
        }

        var before = GC.GetTotalAllocatedBytes(precise: true);
        await RunAsync(spec);
        await Runtime.FetchAsync(spec.Name, folders, Token);
        var allocated = GC.GetTotalAllocatedBytes(precise: true) - before;

        Assert.Equal(Size, new FileInfo(PathOf("output/large")).Length);
        Assert.True(allocated < Size / 8, $"{allocated >> 20} MiB were allocated for {Size >> 20} MiB that passed twice");
    }
}
