using Microsoft.Extensions.DependencyInjection;
using Orca.Training.Artifacts;
using Orca.Training.Bench.Kill.Machine;
using Orca.Training.Jobs.Storage;
using Orca.Training.Scheduling.Capacity;

namespace Orca.Training.Bench.Kill.Host;

/// <summary>The training service of a host that is to be killed, and the boundaries around its seams.</summary>
internal static class HostServices
{
    public const string Algorithm = "training";
    public const string Dataset = "numbers";
    private const string EngineImage = "orca-training/test:latest";

    /// <summary>As <see cref="Trainings"/>, for a shell. It leaves its model first, so that what a stopped one has left shows as well.</summary>
    private const string EngineScript =
        """
        trap 'exit 143' TERM
        case $KIND in yields) trap 'exit 0' TERM ;; ignores) trap '' TERM ;; esac
        printf %s "$ORCA_JOB_ID/$ORCA_ATTEMPT" >"$ORCA_OUTPUT_PATH/model.txt"
        while [ "$KIND" = endless ]; do echo "{\"orca\":\"metric\",\"step\":$((step=step+1))}"; sleep 1; done
        for line in 0 1 2 3 4; do echo "{\"orca\":\"metric\",\"step\":$line}"; sleep "$PAUSE"; done
        case $KIND in fails) exit 3 ;; stumbles) [ "$ORCA_ATTEMPT" != 1 ] || exit 3 ;; yields) exit 5 ;; esac
        """;

    public static void Add(IServiceCollection services, HostSettings settings)
    {
        var builder = services.AddOrcaTraining(o =>
        {
            o.ApplicationName = settings.Application;
            o.DataFolder = settings.Folder;
            o.DataFolderIsShared = true;
            o.StopGrace = settings.StopGrace;
            o.ReconcilePeriod = settings.ReconcilePeriod;
            o.LeaseDuration = settings.LeaseDuration ?? o.LeaseDuration;
            o.AddAlgorithm(Algorithm, EngineImage, a =>
            {
                a.Command.Add("sh");
                a.Command.Add("-c");
                a.Command.Add(EngineScript);
            });
        }).UseCapacityPolicy(CapacityPolicies.Jobs(settings.AtOnce));
        if (settings.ConnectionString is { } connection)
        {
            builder.UsePostgreSql(connection, o => o.Schema = settings.Schema);
        }
        else
        {
            builder.UseSqlite($"Data Source={Path.Combine(settings.Folder, "jobs.db")}");
        }

        if (settings.Machine is { } socket)
        {
            builder.AddMachine("machine", _ => new RemoteRuntime(socket, settings.CopiesFolders));
        }
        else
        {
            builder.UseDocker(o => o.Delivery = settings.CopiesFolders ? FolderDelivery.Copy : FolderDelivery.Mount);
        }
    }

    public static void AddBoundaries(IServiceCollection services, HostSettings settings)
    {
        var kills = new KillSwitch(settings.KillAt is { } boundary ? Boundary.Parse(boundary) : null, settings.KillCount);
        var ends = new EndJournal(settings.Folder);
        Wrap<IJobStore>(services, store => new KillableJobStore(store, kills, ends));
        Wrap<IArtifactStore>(services, store => new KillableArtifactStore(store, kills));
        Wrap<Training.Machines.Machine>(services, machine => machine with { Runtime = new KillableRuntime(machine.Runtime, kills) });
    }

    /// <summary>Puts something around the service that counts, which is the last one that was added.</summary>
    private static void Wrap<T>(IServiceCollection services, Func<T, T> around)
        where T : class
    {
        var inner = services.Last(s => s.ServiceType == typeof(T) && !s.IsKeyedService);
        services.Remove(inner);
        services.AddSingleton(provider => around((T)(inner.ImplementationInstance ?? inner.ImplementationFactory!(provider))));
    }
}
