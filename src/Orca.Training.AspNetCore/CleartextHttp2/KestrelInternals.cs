using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Orca.Training.AspNetCore.CleartextHttp2;

/// <summary>
/// The three places where Kestrel is asked for more than it promises. Each throws <see cref="MissingMemberException"/> or
/// <see cref="TypeLoadException"/> when called on a Kestrel that has changed.
/// </summary>
internal static class KestrelInternals
{
    private const string HttpProtocolsFeature = "Microsoft.AspNetCore.Server.Kestrel.Core.Internal.HttpProtocolsFeature, Microsoft.AspNetCore.Server.Kestrel.Core";

    /// <summary>The connection feature that says which protocols a connection may speak, before the endpoint's setting. Immutable.</summary>
    [UnsafeAccessor(UnsafeAccessorKind.Constructor)]
    [return: UnsafeAccessorType(HttpProtocolsFeature)]
    public static extern object NewHttpProtocolsFeature(HttpProtocols protocols);

    /// <summary>What the host set with ConfigureEndpointDefaults, which that method would replace.</summary>
    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_EndpointDefaults")]
    public static extern Action<ListenOptions> EndpointDefaults(KestrelServerOptions options);

    /// <summary>Endpoints that the host's code added with Listen…(), to which later defaults no longer apply.</summary>
    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_CodeBackedListenOptions")]
    public static extern List<ListenOptions> CodeBackedEndpoints(KestrelServerOptions options);
}
