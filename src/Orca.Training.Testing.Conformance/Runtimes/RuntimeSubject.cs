using Orca.Training.Jobs;
using Orca.Training.Machines;

namespace Orca.Training.Testing.Conformance.Runtimes;

/// <summary>A runtime under test, with the information that the suite needs about it. One is created for each case.</summary>
public abstract class RuntimeSubject : IAsyncDisposable
{
    /// <summary>The runtime. It pulls no images.</summary>
    public abstract IContainerRuntime Runtime { get; }

    /// <summary>The name of an image that the machine does not have.</summary>
    public virtual string MissingImage => "orca-training/none:7";

    /// <summary>
    /// Creates another runtime on the same machine, without any state in memory, as after a restart of the host. The subject disposes it.
    /// </summary>
    public abstract IContainerRuntime Reopen();

    /// <summary>Returns an attempt that executes a script, in an image that the machine has. It does not start it.</summary>
    public abstract AttemptSpec Spec(AttemptName name, string application, ContainerScript script);

    /// <summary>Releases the resources of the subject. The suite has already removed its containers.</summary>
    public abstract ValueTask DisposeAsync();
}
