using System.CommandLine;
using Orca.Training.Client;
using Orca.Training.Demo;
using Orca.Training.Jobs;

var address = new Option<string>("--address") { DefaultValueFactory = _ => "http://127.0.0.1:5081", Description = "The address of the training service." };
var dataset = new Option<string>("--dataset") { DefaultValueFactory = _ => "intents", Description = "The dataset to train on." };
var parameters = new Option<string[]>("--parameter") { Description = "A hyperparameter, as NAME=VALUE. Can be repeated." };
var json = new Option<bool>("--json") { Description = "Print the result as JSON in the last line." };
var command = new RootCommand("Submits one training and shows its progress until the end.") { address, dataset, parameters, json };
command.SetAction(async (arguments, cancellationToken) =>
{
    var request = new TrainingRequest
    {
        Algorithm = "intent-classification",
        DatasetId = arguments.GetRequiredValue(dataset),
        Name = "demo",
        OutputModelName = arguments.GetRequiredValue(dataset),
        Parameters = (arguments.GetValue(parameters) ?? []).Select(p => p.Split('=', 2)).ToDictionary(p => p[0], p => p.ElementAtOrDefault(1) ?? ""),
    };
    await using var client = GrpcTrainingClient.Connect(arguments.GetRequiredValue(address));
    try
    {
        var time = TimeProvider.System;
        var began = time.GetTimestamp();
        var job = await client.TrainAsync(request, cancellationToken);
        var last = await new Display(job).ShowAsync(client.WatchTrainingAsync(job, cancellationToken: cancellationToken));
        Report.Print(last, time.GetElapsedTime(began), arguments.GetValue(json));
        return last.State is JobState.Succeeded ? 0 : 1;
    }
    catch (TrainingException e)
    {
        await Console.Error.WriteLineAsync($"{e.Error}: {e.Message}");
        return 1;
    }
});
return await command.Parse(args).InvokeAsync();
