using Orca.Training;
using Orca.Training.SampleHost;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddOrcaTraining().UseDocker().UseSqlite(builder.Configuration.GetConnectionString("Jobs") ?? "Data Source=orca.db");
builder.Services.AddHostedService<DatasetImport>();

var app = builder.Build();
app.MapOrcaTraining();
app.MapGet("/", () => "This is a training service; it speaks gRPC (training.TrainingService).\n");
app.Run();
