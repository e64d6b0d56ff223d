using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;
using Orca.Training;
using Orca.Training.Client;
using Orca.Training.Datasets;
using Orca.Training.Jobs;
using Orca.Training.OrdersHost;

// A shop that sells trained models. Its orders and the training service's jobs lie in one database, so that an order and its training are
// written in one transaction: they exist both or not at all, wherever the process ends.
var builder = WebApplication.CreateBuilder(args);
var file = builder.Configuration.GetConnectionString("Sqlite") ?? "Data Source=shop.db";
var server = builder.Configuration.GetConnectionString("PostgreSql"); // goes before the file
var training = builder.Services.AddOrcaTraining().UseDocker();
_ = server is null ? training.UseSqlite(file) : training.UsePostgreSql(server);
await using DbDataSource database = server is null
    ? SqliteFactory.Instance.CreateDataSource(file)
    : NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(server) { SearchPath = "public" }); // a user named 'orca' would else find the service's schema first

await using var app = builder.Build();
var orders = new OrderTable(database);
await orders.CreateAsync(app.Lifetime.ApplicationStopping);
if (builder.Configuration["Dataset"] is { Length: > 0 } sales)
{
    await app.Services.GetRequiredService<IDatasetStore>().AddAsync(
        "sales", [new DatasetFile(Path.GetFileName(sales), _ => ValueTask.FromResult<Stream>(File.OpenRead(sales)))], app.Lifetime.ApplicationStopping);
}

app.MapPost("/orders", async (Order order, ITrainingClient trainings, CancellationToken cancellationToken) =>
{
    await using var connection = await database.OpenConnectionAsync(cancellationToken);
    await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
    var request = new TrainingRequest { Algorithm = order.Algorithm, DatasetId = "sales", Name = order.Customer, Parameters = order.Parameters };
    try
    {
        var job = transaction is NpgsqlTransaction onServer
            ? await trainings.TrainAsync(request, onServer, cancellationToken)
            : await trainings.TrainAsync(request, (SqliteTransaction)transaction, cancellationToken);
        var number = await OrderTable.InsertAsync(order.Customer, job, transaction, cancellationToken);
        await transaction.CommitAsync(cancellationToken); // from here on both are there, and the training will be run
        return Results.Created($"/orders/{number}", new { number, job = job.Value });
    }
    catch (TrainingException refused) when (refused.Error is TrainingError.InvalidArgument)
    {
        return Results.Problem(refused.Message, statusCode: StatusCodes.Status400BadRequest); // neither is there
    }
});

app.MapGet("/orders/{number:long}", async (long number, ITrainingClient trainings, CancellationToken cancellationToken) =>
{
    if (await orders.FindAsync(number, cancellationToken) is not var (customer, job))
    {
        return Results.NotFound();
    }

    var status = await trainings.GetTrainingStatusAsync(job, cancellationToken);
    return Results.Ok(new { number, customer, state = status.State.ToString(), status.Message, model = status.Artifacts.Select(a => a.Location) });
});

await app.RunAsync();
