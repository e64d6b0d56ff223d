using System.Collections.Concurrent;
using System.Net.Http.Headers;
using Google.Protobuf.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Orca.Training.Client;
using Orca.Training.Grpc.Tests.Support;
using Orca.Training.Testing.Conformance.Clients;

namespace Orca.Training.Grpc.Tests.Access;

/// <summary>Every operation, by every door, for every kind of caller: {anonymous, another team's operator, viewer, submitter, owner, operator}.</summary>
public sealed class AccessMatrixTests : IDisposable
{
    private static readonly string[] ServiceNames = ["training.TrainingService", "training.RunService", "training.ModelService", "training.DatasetService", "training.PoolService"];

    private readonly TwoTeams _teams = new();
    private readonly ConcurrentDictionary<string, bool> _called = [];

    private static CancellationToken Token => Patience.Token;

    public static TheoryData<string> Callers => [.. TwoTeams.Callers];

    public void Dispose() => _teams.Dispose();

    [Fact]
    public void Every_member_of_the_clients_is_an_operation_and_every_operation_is_a_row()
    {
        var members = new[] { typeof(ITrainingClient), typeof(IRunClient), typeof(IModelClient), typeof(IDatasetClient), typeof(IPoolClient) }
            .SelectMany(t => t.GetMethods().Where(m => !m.IsSpecialName).Select(m => (t, m.Name)));

        Assert.Equal(members.Order(Comparer<(Type, string)>.Create(Compare)), Operations.All.Select(o => (o.Client, o.Member)).Order(Comparer<(Type, string)>.Create(Compare)));
        Assert.Empty(Operations.All.Except(AccessMatrix.Rows.Select(r => r.Operation)));
    }

    [Theory]
    [MemberData(nameof(Callers))]
    public async Task In_the_process_each_caller_gets_what_the_matrix_says(string caller) => await ExpectAsync(caller, () => _teams.ClientOf(caller));

    [Theory]
    [MemberData(nameof(Callers))]
    public async Task Over_gRPC_each_caller_gets_what_the_matrix_says(string caller)
    {
        await using var host = await StartAsync();
        using var client = GrpcTrainingClient.Connect(host.Address, options => options.Token = _ => ValueTask.FromResult(caller));

        await ExpectAsync(caller, () => client);
    }

    [Fact]
    public async Task Every_RPC_is_called_by_a_row_of_the_matrix()
    {
        await using var host = await StartAsync();
        using var client = GrpcTrainingClient.Connect(host.Address, options => options.Token = _ => ValueTask.FromResult("operator"));

        await ExpectAsync("operator", () => client);

        FileDescriptor[] files = [Wire.TrainingReflection.Descriptor, Wire.DataReflection.Descriptor];
        var all = files.SelectMany(f => f.Services).SelectMany(s => s.Methods.Select(m => $"/{s.FullName}/{m.Name}")).ToList();
        Assert.Equal(ServiceNames.Order(), files.SelectMany(f => f.Services).Select(s => s.FullName).Order());
        Assert.Empty(all.Except(_called.Keys));
    }

    [Theory]
    [MemberData(nameof(Callers))]
    public async Task By_HTTP_each_caller_gets_what_the_matrix_says(string caller)
    {
        await using var host = await StartAsync();
        using var web = new HttpClient { BaseAddress = host.Address };
        web.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", caller);
        var things = await _teams.MakeAsync();
        foreach (var row in AccessMatrix.Rows.Where(r => r.Route is not null))
        {
            var path = row.Route!.Replace("{job}", $"{things.Done}", StringComparison.Ordinal).Replace("{model}", things.Model, StringComparison.Ordinal)
                .Replace("{version}", "1", StringComparison.Ordinal).Replace("{**file}", "model.bin", StringComparison.Ordinal);
            var answer = await web.GetAsync(new Uri(path, UriKind.Relative), Token);
            var isList = row.Route.EndsWith(".jsonl", StringComparison.Ordinal);
            var got = (int)answer.StatusCode switch
            {
                200 => isList && (await answer.Content.ReadAsStringAsync(Token)).Length == 0 ? 'N' : '+',
                401 => 'U',
                403 => 'D',
                404 => 'N',
                var status => throw new InvalidOperationException($"{path}: {status}"),
            };

            Assert.Equal((row.Route, row.For(caller)), (row.Route, got));
        }
    }

    [Fact]
    public async Task Every_route_is_in_the_matrix()
    {
        // RouteMatrixTests has those of the JSON door.
        await using var host = await StartAsync();

        var routes = host.App.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().Select(e => e.RoutePattern.RawText!)
            .Where(r => !ServiceNames.Any(s => r.StartsWith($"/{s}/", StringComparison.Ordinal)) && !r.StartsWith("/orca-training/v1/", StringComparison.Ordinal));

        Assert.Equal(AccessMatrix.Rows.Select(r => r.Route).OfType<string>().Order(StringComparer.Ordinal), routes.Order(StringComparer.Ordinal));
    }

    private static int Compare((Type Type, string Member) one, (Type Type, string Member) other) => string.CompareOrdinal($"{one.Type.Name}.{one.Member}", $"{other.Type.Name}.{other.Member}");

    private async Task ExpectAsync(string caller, Func<ITrainingClient> client)
    {
        var (things, isTouched, wrong) = (await _teams.MakeAsync(), false, new List<string>());
        foreach (var row in AccessMatrix.Rows)
        {
            // What one row changes is not what the next one meets.
            things = isTouched ? await _teams.MakeAsync() : things;
            isTouched = row.Operation.Changes;
            var got = await GotAsync(() => row.Ask(client(), things));
            if (got[0] != row.For(caller))
            {
                wrong.Add($"{row.Name}: {row.For(caller)} expected, {got}");
            }
        }

        Assert.Empty(wrong);
    }

    private static async Task<string> GotAsync(Func<Task> ask)
    {
        try
        {
            await ask();
            return "+";
        }
        catch (TrainingException e)
        {
            return e.Error switch
            {
                TrainingError.NotFound => "N",
                TrainingError.PermissionDenied => "D",
                TrainingError.Unauthenticated => "U",
                _ => $"! {e.Error}: {e.Message}",
            };
        }
    }

    private Task<TrainingHost> StartAsync() => TrainingHost.StartAsync(
        _teams.Installation.Clients,
        builder => builder.Services.AddTokenCallers(TwoTeams.Known),
        app =>
        {
            app.Use((context, next) =>
            {
                _called[context.Request.Path] = true;
                return next(context);
            });
            app.UseAuthentication();
            app.UseAuthorization();
            app.MapOrcaTraining().RequireAuthorization();
        });
}
