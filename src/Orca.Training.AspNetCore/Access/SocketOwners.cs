using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace Orca.Training.AspNetCore.Access;

/// <summary>
/// Which user owns the other end of a loopback connection. Linux lists each connection of this machine with its user, so a proxy that runs
/// as a user of its own is recognized, whatever it sends. Other systems do not have such a list.
/// </summary>
internal static class SocketOwners
{
    private static readonly string[] Tables = ["/proc/net/tcp", "/proc/net/tcp6"];

    // Looked up once: every call needs it, and a look at the disk costs as much as the rest of the check.
    private static readonly bool IsTold = File.Exists(Tables[0]);

    // Cached by connection, whose owner never changes: each lookup reads the whole table.
    private static readonly ConditionalWeakTable<IConnectionItemsFeature, Verdict> Known = [];

    /// <summary>Why the owner is not accepted; null if it is the user of the service or root, or if the system does not tell.</summary>
    public static string? WhyNot(HttpContext context)
    {
        if (!IsTold || context.Connection is not { RemoteIpAddress: { } from, LocalIpAddress: { } to } connection)
        {
            return null;
        }

        var key = context.Features.Get<IConnectionItemsFeature>();
        // A middleware may have replaced the addresses.
        if (key is not null && Known.TryGetValue(key, out var known)
            && Is(known.Client, from, connection.RemotePort) && Is(known.Server, to, connection.LocalPort))
        {
            return known.WhyNot;
        }

        var (client, server) = (new IPEndPoint(from, connection.RemotePort), new IPEndPoint(to, connection.LocalPort));
        var verdict = new Verdict(client, server, Look(client, server));
        if (key is not null)
        {
            Known.AddOrUpdate(key, verdict);
        }

        return verdict.WhyNot;
    }

    private static bool Is(IPEndPoint end, IPAddress address, int port) => end.Port == port && end.Address.Equals(address);

    internal static string? WhyNot(IEnumerable<string> table, IPEndPoint client, IPEndPoint server)
    {
        var (ofClient, ofServer) = (Ends(client, server), Ends(server, client));
        int? caller = null, own = null;
        foreach (var line in table)
        {
            caller ??= OwnerIn(line, ofClient);
            own ??= OwnerIn(line, ofServer);
        }

        return caller is null || own is null ? "the connection of this call does not start on this machine"
            : caller != own && caller != 0 ? $"this call comes from a program of user {caller}, but the service runs as user {own}"
            : null;
    }

    // A table that changes during the read may miss a line, so a second read decides.
    private static string? Look(IPEndPoint client, IPEndPoint server) =>
        WhyNot(Lines(), client, server) is null ? null : WhyNot(Lines(), client, server);

    private static IEnumerable<string> Lines() => Tables.Where(File.Exists).SelectMany(File.ReadLines);

    // Only established connections (01): closed ones are listed as root's.
    private static string[] Ends(IPEndPoint local, IPEndPoint remote) =>
        local.Address.IsIPv4MappedToIPv6 || local.AddressFamily is AddressFamily.InterNetwork
            ? [End(local, remote, mapped: false), End(local, remote, mapped: true)]
            : [End(local, remote, mapped: false)];

    private static string End(IPEndPoint local, IPEndPoint remote, bool mapped) => $" {Hex(local, mapped)} {Hex(remote, mapped)} 01 ";

    private static int? OwnerIn(string line, string[] ends) =>
        Array.Exists(ends, e => line.Contains(e, StringComparison.Ordinal))
            ? int.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[7], CultureInfo.InvariantCulture)
            : null;

    // The kernel prints an address as 32-bit numbers in the byte order of the machine.
    private static string Hex(IPEndPoint end, bool mapped)
    {
        var address = mapped ? end.Address.MapToIPv6() : end.Address.IsIPv4MappedToIPv6 ? end.Address.MapToIPv4() : end.Address;
        var words = address.GetAddressBytes().Chunk(4).Select(w => BitConverter.ToUInt32(w).ToString("X8", CultureInfo.InvariantCulture));
        return $"{string.Concat(words)}:{end.Port.ToString("X4", CultureInfo.InvariantCulture)}";
    }

    private sealed record Verdict(IPEndPoint Client, IPEndPoint Server, string? WhyNot);
}
