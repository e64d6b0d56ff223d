using Microsoft.Data.Sqlite;
using Orca.Training;
using Orca.Training.Client;
using Orca.Training.Datasets;
using Orca.Training.Jobs;
using Orca.Training.OrdersHost;

// A shop that sells trained models. Its orders and the training service's jobs lie in one database, so that an order and its training are
// written in one transaction: they exist both or not at all, wherever the process ends.
var builder = WebApplication.CreateBuilder(args);
var database = builder.Configuration.GetConnectionString("Shop") ?? "Data Source=shop.db";
builder.Services.AddOrcaTraining().UseDocker().UseSqlite(database);
builder.Services.AddSingleton(new OrderTable(database));

var app = builder.Build();
await app.Services.GetRequiredService<OrderTable>().CreateAsync(app.Lifetime.ApplicationStopping);
if (builder.Configuration["Dataset"] is { Length: > 0 } file)
{
    await app.Services.GetRequiredService<IDatasetStore>().AddAsync(
        "sales", [new DatasetFile(Path.GetFileName(file), _ => ValueTask.FromResult<Stream>(File.OpenRead(file)))], app.Lifetime.ApplicationStopping);
}

app.MapPost("/orders", async (Order order, ITrainingClient trainings, CancellationToken cancellationToken) =>
{
    await using var connection = new SqliteConnection(database);
    await connection.OpenAsync(cancellationToken);
    await using var transaction = connection.BeginTransaction();
    try
    {
        var job = await trainings.TrainAsync(
            new TrainingRequest { Algorithm = order.Algorithm, DatasetId = "sales", Name = order.Customer, Parameters = order.Parameters },
            transaction,
            cancellationToken);
        var number = await OrderTable.InsertAsync(order.Customer, job, transaction, cancellationToken);
        await transaction.CommitAsync(cancellationToken); // from here on both are there, and the training will be run
        return Results.Created($"/orders/{number}", new { number, job = job.Value });
    }
    catch (TrainingException e) when (e.Error is TrainingError.InvalidArgument)
    {
        return Results.BadRequest(new { error = e.Message }); // neither is there
    }
});

app.MapGet("/orders/{number}", async (long number, OrderTable orders, ITrainingClient trainings, CancellationToken cancellationToken) =>
{
    if (await orders.FindAsync(number, cancellationToken) is not var (customer, job))
    {
        return Results.NotFound();
    }

    var training = await trainings.GetTrainingStatusAsync(job, cancellationToken);
    return Results.Ok(new { number, customer, state = training.State.ToString(), training.Message, model = training.Artifacts.Select(a => a.Location) });
});

app.Run();
