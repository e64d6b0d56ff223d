using Orca.Training.Jobs;

namespace Orca.Training.EndToEnd.Tests.Readme;

/// <summary>The images that pages show to authors of others, built and trained with.</summary>
public sealed class ImageTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_shell_script_of_the_contract_s_page()
    {
        const string page = "docs/training-images.md";
        var status = await TrainAsync("script", folder =>
        {
            File.WriteAllText(Path.Combine(folder, "train.sh"), PageProgram.BlocksOf(page, "sh")[0]);
            return PageProgram.BlocksOf(page, "dockerfile").Single();
        });

        Assert.Equal((3.0, 3.0), (status.Progress.Done, status.Progress.Total));
        Assert.Equal(0.3, status.Progress.Metrics["loss"]);
        Assert.Equal("model.txt", status.Artifacts.Single().Name);
    }

    [Fact]
    public async Task The_commands_that_try_it_by_hand_work_as_they_stand_there()
    {
        const string page = "docs/training-images.md";
        var folder = Directory.CreateTempSubdirectory("orca-hand-");
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "train.sh"), PageProgram.BlocksOf(page, "sh")[0], Cancel);
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "Dockerfile"), PageProgram.BlocksOf(page, "dockerfile").Single(), Cancel);

            var commands = PageProgram.BlocksOf(page, "sh")[1].Replace("my-image", "orca-training/page-hand", StringComparison.Ordinal);
            var printed = await Repository.RunAsync("bash", ["-euc", commands], folder.FullName, engine: null, Cancel);

            Assert.EndsWith("""{"orca":"artifact","name":"model.txt"}""", printed, StringComparison.Ordinal);
            Assert.Equal("trained for 3 epochs\n", await File.ReadAllTextAsync(Path.Combine(folder.FullName, "out", "model.txt"), Cancel));
            Assert.Equal("3\n", await File.ReadAllTextAsync(Path.Combine(folder.FullName, "out", "epoch"), Cancel));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_checkpoint_that_cannot_be_written_ends_the_shell_script()
    {
        var folder = Directory.CreateTempSubdirectory("orca-hand-");
        try
        {
            var script = Path.Combine(folder.FullName, "train.sh");
            await File.WriteAllTextAsync(script, PageProgram.BlocksOf("docs/training-images.md", "sh")[0], Cancel);
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "examples.csv"), "hello,greeting\n", Cancel);

            var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => Repository.RunAsync(
                "env",
                [$"TRAINING_DATA_PATH={folder}", $"ORCA_OUTPUT_PATH={folder}", $"ORCA_CHECKPOINT_PATH={folder}/nowhere", "sh", script],
                folder.FullName,
                engine: null,
                Cancel));

            Assert.DoesNotContain("artifact", failure.Message, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task The_Python_program_of_the_images_page()
    {
        const string page = "training-images/README.md";
        var status = await TrainAsync("python", folder =>
        {
            File.WriteAllText(Path.Combine(Directory.CreateDirectory(Path.Combine(folder, "my-image")).FullName, "train.py"), PageProgram.BlocksOf(page, "python").Single());
            var images = Path.Combine(Repository.Folder, "training-images");
            foreach (var file in Directory.EnumerateFiles(Path.Combine(images, "orca"), "*.py", SearchOption.AllDirectories))
            {
                var copy = Path.Combine(folder, Path.GetRelativePath(images, file));
                Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
                File.Copy(file, copy);
            }

            // An image that has a Python stands for what these two lines make: installing takes a minute and a network.
            var lines = PageProgram.BlocksOf(page, "dockerfile").Single().Split('\n');
            Assert.Equal(["FROM", "RUN"], lines.Take(2).Select(l => l.Split(' ')[0]));
            return string.Join('\n', lines.Skip(2).Prepend("FROM orca-training/intent-classification:latest"));
        });

        Assert.Equal((3.0, 3.0), (status.Progress.Done, status.Progress.Total));
        Assert.Equal("model.txt", status.Artifacts.Single().Name);
    }

    /// <summary>Three epochs in an image that is made of a folder and a Dockerfile.</summary>
    private static async Task<Client.TrainingStatus> TrainAsync(string name, Func<string, string> dockerfileOf)
    {
        var image = $"orca-training/page-{name}:latest";
        var context = Directory.CreateTempSubdirectory("orca-page-");
        try
        {
            await File.WriteAllTextAsync(Path.Combine(context.FullName, "Dockerfile"), dockerfileOf(context.FullName), Cancel);
            await Repository.RunAsync("docker", ["build", "-q", "-t", image, context.FullName], Repository.Folder, engine: null, Cancel);
        }
        finally
        {
            context.Delete(recursive: true);
        }

        await using var service = await Service.StartAsync(o => o.AddAlgorithm("page", image));
        await service.Datasets.AddAsync(
            "intents", [new Datasets.DatasetFile("examples.csv", _ => ValueTask.FromResult<Stream>(new MemoryStream("hello,greeting\nbye,parting\n"u8.ToArray())))], Cancel);
        var job = await service.Client.TrainAsync(
            new TrainingRequest { Algorithm = "page", DatasetId = "intents", Parameters = new Dictionary<string, string> { ["EPOCHS"] = "3" } }, Cancel);
        var status = await service.FinishAsync(job);

        Assert.Equal(("The training completed.", JobState.Succeeded), (status.Message, status.State));
        Assert.Contains("2 examples", await service.Client.StreamLogsAsync(job, cancellationToken: Cancel).Select(l => l.Text).ToListAsync(Cancel));
        return status;
    }
}
