using Orca.Training.Artifacts;
using Orca.Training.Datasets;
using Orca.Training.Metrics;
using Orca.Training.Models;
using Orca.Training.Runs;

namespace Orca.Training.Client;

/// <summary>The stores of what trainings are made of and what they leave.</summary>
internal sealed record DataStores(IDatasetStore Datasets, IArtifactStore Artifacts, IRunStore Runs, IModelStore Models, IMetricStore Metrics);
