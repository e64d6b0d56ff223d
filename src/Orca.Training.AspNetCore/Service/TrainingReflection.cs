using Grpc.Reflection;
using Orca.Training.Grpc.Wire;

namespace Orca.Training.AspNetCore.Service;

/// <summary>Tells tools such as grpcurl the contract.</summary>
internal sealed class TrainingReflection() : ReflectionV1ServiceImpl(TrainingService.Descriptor, RunService.Descriptor, ModelService.Descriptor, DatasetService.Descriptor, PoolService.Descriptor, global::Grpc.Reflection.V1.ServerReflection.Descriptor);

/// <summary>The same, for tools that know only its first form.</summary>
internal sealed class TrainingReflectionV1Alpha() : ReflectionServiceImpl(TrainingService.Descriptor, RunService.Descriptor, ModelService.Descriptor, DatasetService.Descriptor, PoolService.Descriptor, global::Grpc.Reflection.V1Alpha.ServerReflection.Descriptor);
