using Orca.Training.Jobs.Storage;
using Orca.Training.Metrics;
using Orca.Training.Models;
using Orca.Training.Runs;

namespace Orca.Training.Testing.Conformance.Runs;

/// <summary>A job store, and the stores of the permanent results of its jobs.</summary>
/// <param name="Jobs">The job store.</param>
/// <param name="Runs">Its runs.</param>
/// <param name="Models">Its models.</param>
/// <param name="Metrics">Its metrics.</param>
public sealed record RunStores(IJobStore Jobs, IRunStore Runs, IModelStore Models, IMetricStore Metrics);
