using Orca.Training;
using OrcaHost;

var builder = WebApplication.CreateBuilder(args);

// The algorithms are in appsettings.json, in the section OrcaTraining.
builder.Services.AddOrcaTraining().UseDocker().UseSqlite(builder.Configuration.GetConnectionString("Jobs")!);

var app = builder.Build();

// The error of a call becomes the answer: 400 with the wrong fields, 404, 409, and so on.
app.UseOrcaTrainingProblemDetails();

// gRPC for other programs. Without authentication it answers callers on this machine only.
app.MapOrcaTraining().AllowThisMachineOnly();
app.MapTrainings();

app.Run();
