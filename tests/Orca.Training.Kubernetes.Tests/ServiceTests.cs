using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orca.Training.Client;
using Orca.Training.Datasets;
using Orca.Training.Jobs;
using Orca.Training.Kubernetes.Tests.Cluster;

namespace Orca.Training.Kubernetes.Tests;

/// <summary>A whole host whose machine is a namespace of the real cluster; its data lie in folders that the one node shares.</summary>
public sealed class ServiceTests(TestCluster cluster) : IAsyncLifetime
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("orca-kubernetes-");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        cluster.Require();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        foreach (var item in _data.EnumerateFileSystemInfos("*", SearchOption.AllDirectories))
        {
            if (!OperatingSystem.IsWindows() && item is DirectoryInfo)
            {
                item.UnixFileMode |= UnixFileMode.UserWrite | UnixFileMode.UserExecute;
            }
        }

        _data.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_job_succeeds_with_its_data_progress_and_artifacts_and_another_fails_with_a_sentence()
    {
        using var host = Build(shares: true);
        await host.StartAsync(Cancel);
        var numbers = new DatasetFile("numbers.txt", _ => ValueTask.FromResult<Stream>(new MemoryStream("1 2 3"u8.ToArray())));
        await host.Services.GetRequiredService<IDatasetStore>().AddAsync("numbers", [numbers], Cancel);
        var good = await TrainAsync(host, """
            echo '{"orca":"progress","done":1,"total":1}'
            cp "$TRAINING_DATA_PATH/numbers.txt" "$ORCA_OUTPUT_PATH/model.txt"
            echo '{"orca":"artifact","name":"model.txt"}'
            """);
        var bad = await TrainAsync(host, "echo 'no such column: label' >&2; exit 3");
        var hungry = await TrainAsync(host, "exec tail /dev/zero");

        var status = await FinishAsync(host, good);
        Assert.True(status.State is JobState.Succeeded, status.Message);
        Assert.Equal(1, status.Progress.Done);
        Assert.Equal(["model.txt"], status.Artifacts.Select(a => a.Name));
        status = await FinishAsync(host, bad);
        Assert.Equal((JobState.Failed, OutcomeCode.NonZeroExit), (status.State, status.Outcome!.Code));
        Assert.Contains("The training program ended with exit code 3. Its last lines:\nno such column: label", status.Message, StringComparison.Ordinal);
        status = await FinishAsync(host, hungry);
        Assert.Contains("more memory than its limit of 64 MiB", status.Message, StringComparison.Ordinal);
        await host.StopAsync(Cancel);
    }

    [Fact]
    public async Task A_host_whose_folders_no_node_sees_does_not_start_and_names_the_machine()
    {
        using var host = Build(shares: false);
        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() => host.StartAsync(Cancel));

        Assert.Contains("Machine 'kubernetes' (KubernetesRuntime)", exception.Message, StringComparison.Ordinal);
    }

    private IHost Build(bool shares)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = $"tests {_data.Name}" });
        builder.Logging.SetMinimumLevel(LogLevel.Error);
        builder.Services.AddOrcaTraining(o =>
        {
            o.DataFolder = _data.FullName;
            o.AddAlgorithm("shell", TestCluster.Image, a =>
            {
                a.MemoryMiB = 64;
                a.Command.Add("sh");
                a.Command.Add("-c");
                a.Command.Add("eval \"$SCRIPT\"");
            });
        }).UseKubernetes(o =>
        {
            (o.KubeConfig, o.Namespace, o.Pull) = (cluster.KubeConfig, cluster.Namespace, ImagePullPolicy.Never);
            o.HostPathMounts = shares;
        });
        return builder.Build();
    }

    private static Task<JobId> TrainAsync(IHost host, string script) => host.Services.GetRequiredService<ITrainingClient>().TrainAsync(
        new TrainingRequest { Algorithm = "shell", DatasetId = "numbers", Parameters = new Dictionary<string, string> { ["SCRIPT"] = script } }, Cancel);

    private static async Task<TrainingStatus> FinishAsync(IHost host, JobId job) =>
        await host.Services.GetRequiredService<ITrainingClient>().WatchTrainingAsync(job, cancellationToken: Cancel).LastAsync(Cancel);
}
