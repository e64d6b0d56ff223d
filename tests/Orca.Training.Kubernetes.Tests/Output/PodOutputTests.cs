using Orca.Training.Kubernetes.Tests.Cluster;

namespace Orca.Training.Kubernetes.Tests.Output;

public sealed class PodOutputTests(TestCluster cluster) : ClusterTest(cluster)
{
    [Fact]
    public async Task Long_lines_lines_without_a_newline_and_bytes_that_are_no_text_come_as_they_were_written()
    {
        var spec = Script("head -c 50000 /dev/zero | tr '\\0' a; echo; printf 'a\\377b\\n\\nkäse\\nlast'");
        await RunAsync(spec);
        var lines = await OutputAsync(spec);

        Assert.Equal([new string('a', 50_000), "a\uFFFDb", "", "käse", "last"], lines);
    }

    [Fact]
    public async Task No_line_is_lost_when_pods_end_while_they_are_read()
    {
        var counts = await Task.WhenAll(Enumerable.Range(1, 4).Select(async job =>
        {
            var spec = Script("i=0; while [ $i -lt 2000 ]; do echo $i; i=$((i+1)); done", job);
            await StartAsync(spec);
            return await OutputAsync(spec);
        }));

        Assert.All(counts, c => Assert.Equal(Enumerable.Range(0, 2000).Select(i => $"{i}"), c));
    }
}
