using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Orca.Training;

/// <summary>
/// What a test puts in place of an application's own parts. It is kept with the services, so that the order does not matter: a stand-in
/// takes out what was registered before it, and keeps out what the packages' <c>Use…()</c> register after it.
/// </summary>
internal sealed class StandIns
{
    private readonly HashSet<Type> _parts = [];

    /// <summary>Registers a part of the service, unless something stands in for it.</summary>
    public static void Register<TPart>(IServiceCollection services, Func<IServiceProvider, TPart> make)
        where TPart : class
    {
        if (Find(services) is not { } standIns || !standIns._parts.Contains(typeof(TPart)))
        {
            services.AddSingleton(make);
        }
    }

    /// <summary>Takes a part out, and keeps it out but for other stand-ins.</summary>
    /// <returns>Whether this is the first stand-in for that part.</returns>
    public static bool TakeOut<TPart>(IServiceCollection services)
        where TPart : class
    {
        var standIns = Find(services);
        if (standIns is null)
        {
            services.AddSingleton(standIns = new StandIns());
        }

        if (!standIns._parts.Add(typeof(TPart)))
        {
            return false;
        }

        services.RemoveAll<TPart>();
        return true;
    }

    /// <summary>Puts a stand-in in place of a part, whatever was or will be registered for it.</summary>
    public static void Put<TPart>(IServiceCollection services, Func<IServiceProvider, TPart> make)
        where TPart : class
    {
        TakeOut<TPart>(services);
        services.AddSingleton(make);
    }

    private static StandIns? Find(IServiceCollection services) =>
        services.FirstOrDefault(s => s.ServiceType == typeof(StandIns))?.ImplementationInstance as StandIns;
}
