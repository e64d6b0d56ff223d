using Microsoft.Extensions.DependencyInjection;
using Orca.Training.Client;
using Orca.Training.Datasets;
using Orca.Training.Testing.Conformance.Datasets;

namespace Orca.Training.Testing.Conformance.Clients;

/// <summary>How the calls of runs, models and datasets fail, and how their callers end them.</summary>
public abstract partial class TrainingClientConformance
{
    public static readonly TheoryData<string> CallsOfData = [.. DataCalls.All.Keys];

    public static readonly MatrixTheoryData<string, TrainingError> CallsOfDataAndErrors = new(DataCalls.All.Keys, Enum.GetValues<TrainingError>());

    [Theory]
    [MemberData(nameof(CallsOfDataAndErrors))]
    public async Task Every_call_of_data_throws_every_error_as_it_was_meant(string call, TrainingError error)
    {
        FieldViolation[] violations = error is TrainingError.InvalidArgument ? [new("files[ä%]", "'ä%\n' is 100 %."), new("tag", "")] : [];
        var meant = new TrainingException(error, "What, when, and the way out: 100 % ä 🐋\nsecond line.", violations);
        var client = await ReachAsync(ScriptedClient.Always(_ => throw meant), user: null);

        var thrown = await Assert.ThrowsAsync<TrainingException>(() => DataCalls.All[call](client, Token));

        Assert.Equal((meant.Error, meant.Message), (thrown.Error, thrown.Message));
        Assert.Equal(meant.Violations, thrown.Violations);
    }

    [Theory]
    [MemberData(nameof(CallsOfData))]
    public async Task A_token_ends_every_call_of_data_on_both_sides(string call)
    {
        var entered = new TaskCompletionSource();
        var left = new TaskCompletionSource();
        var client = await ReachAsync(ScriptedClient.Always(async token =>
        {
            entered.SetResult();
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
            }
            finally
            {
                left.SetResult();
            }
        }), user: null);
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Token);

        var making = DataCalls.All[call](client, cancel.Token);
        await entered.Task.WaitAsync(Token);
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => making);
        await left.Task.WaitAsync(Token);
    }

    [Theory]
    [MemberData(nameof(CallsOfData))]
    public async Task A_token_that_is_cancelled_already_lets_no_call_of_data_begin(string call)
    {
        var (installation, client) = await InstallDataAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => DataCalls.All[call](client, new CancellationToken(canceled: true)));

        Assert.Empty(await installation.Client.Datasets.ListAsync(Token));
    }

    [Fact]
    public async Task A_dataset_store_that_cannot_answer_is_unavailable_and_what_is_unexpected_is_internal()
    {
        var (_, away) = await InstallDataAsync(services => services.AddSingleton<IDatasetStore>(new BrokenDatasets(new IOException("The disk is full."))));
        var (_, mistaken) = await InstallDataAsync(services => services.AddSingleton<IDatasetStore>(new BrokenDatasets(new InvalidOperationException("secret"))));

        var first = await Assert.ThrowsAsync<TrainingException>(() => away.Datasets.AddAsync("digits", [DataInstallation.File("a", "1")], Token));
        var second = await Assert.ThrowsAsync<TrainingException>(() => mistaken.Datasets.AddAsync("digits", [DataInstallation.File("a", "1")], Token));

        Assert.Equal((TrainingError.Unavailable, "The store is not available now: The disk is full."), (first.Error, first.Message));
        Assert.Equal((TrainingError.Internal, "The training service failed with an unexpected error; its log has the details."), (second.Error, second.Message));
    }

    private async Task<(DataInstallation Installation, ITrainingClient Client)> InstallDataAsync(Action<IServiceCollection>? replace = null)
    {
        var installation = new DataInstallation(replace);
        _services.Add(installation);
        return (installation, await ReachAsync(installation.Clients, user: null));
    }

    private static async Task<(TrainingError Error, string Message)> RefusedAsync(Func<Task> call)
    {
        var refusal = await Assert.ThrowsAsync<TrainingException>(call);
        return (refusal.Error, refusal.Message);
    }

    private sealed class BrokenDatasets(Exception trouble) : DatasetsStandIn
    {
        public override Task<DatasetVersion> AddAsync(string datasetId, IReadOnlyList<DatasetFile> files, CancellationToken cancellationToken) => throw trouble;
    }
}
