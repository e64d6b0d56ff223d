using Orca.Training.Jobs;
using Orca.Training.Machines;

namespace Orca.Training.Testing.Conformance.Runtimes;

/// <summary>A runtime under test, with what the suite has to know of it. One is made for each case.</summary>
public abstract class RuntimeSubject : IAsyncDisposable
{
    /// <summary>The runtime. It pulls no images.</summary>
    public abstract IContainerRuntime Runtime { get; }

    /// <summary>The name of an image that the machine does not have.</summary>
    public virtual string MissingImage => "orca-training/none:7";

    /// <summary>
    /// Makes another runtime on the same machine, that knows nothing but what the machine says, as a host has after its restart. The
    /// subject disposes it.
    /// </summary>
    public abstract IContainerRuntime Reopen();

    /// <summary>An attempt that does what a script says, in an image that the machine has. Nothing is started yet.</summary>
    public abstract AttemptSpec Spec(AttemptName name, string application, ContainerScript script);

    /// <summary>Lets go of what the subject holds. The suite has removed its containers.</summary>
    public abstract ValueTask DisposeAsync();
}
