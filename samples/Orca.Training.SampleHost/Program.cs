using Orca.Training;
using Orca.Training.SampleHost;

var builder = WebApplication.CreateBuilder(args);
var training = builder.Services.AddOrcaTraining().UseDocker().UseSqlite(builder.Configuration.GetConnectionString("Jobs") ?? "Data Source=orca.db");
if (builder.Configuration["OrcaTraining:Minio:Endpoint"] is not null)
{
    training.UseMinio();
}

builder.Services.AddHostedService<DatasetImport>();

var app = builder.Build();
app.MapOrcaTraining().AllowThisMachineOnly();
app.MapGet("/", () => "This is a training service; it speaks gRPC (training.TrainingService).\n");
app.Run();
