using Microsoft.AspNetCore.Connections;
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
app.MapOrcaTrainingDashboard("/orca").AllowThisMachineOnly();
app.MapGet("/", () => Results.LocalRedirect("/orca/"));
try
{
    app.Run();
    return 0;
}
catch (IOException e) when (e.InnerException is AddressInUseException)
{
    Console.Error.WriteLine($"{e.Message} Stop the program that uses this port, or set another one in Kestrel:Endpoints.");
    return 1;
}
