using System.Net;
using Orca.Training.AspNetCore.Access;

namespace Orca.Training.Grpc.Tests.Access;

/// <summary>Whose the other end of a loopback connection is, by the tables that Linux keeps.</summary>
public sealed class SocketOwnersTests
{
    private const string Head = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode";
    private static readonly IPEndPoint Server = new(IPAddress.Loopback, 5000);
    private static readonly IPEndPoint Client = new(IPAddress.Loopback, 40000);

    [Theory]
    [InlineData(1000, 1000, null)]
    [InlineData(0, 1000, null)]
    [InlineData(33, 1000, "this call comes from a program of user 33, but the service runs as user 1000")]
    [InlineData(33, 0, "this call comes from a program of user 33, but the service runs as user 0")]
    public void Its_own_user_and_root_are_direct_callers_and_others_are_not(int caller, int own, string? whyNot) => Assert.Equal(
        whyNot,
        SocketOwners.WhyNot([Head, Listening(own), Line("0100007F:9C40", "0100007F:1388", "01", caller), Line("0100007F:1388", "0100007F:9C40", "01", own)], Client, Server));

    [Theory]
    [InlineData("04")]
    [InlineData("05")]
    [InlineData("06")]
    public void An_end_that_its_owner_has_closed_is_nobodys_though_it_is_listed_as_roots(string state) => Assert.Equal(
        "the connection of this call does not start on this machine",
        SocketOwners.WhyNot([Head, Line("0100007F:9C40", "0100007F:1388", state, 0), Line("0100007F:1388", "0100007F:9C40", "01", 1000)], Client, Server));

    [Fact]
    public void Each_end_may_be_listed_as_the_one_or_the_other_kind_of_address() => Assert.Null(SocketOwners.WhyNot(
        [
            Line("0000000000000000FFFF00000100007F:1388", "0000000000000000FFFF00000100007F:9C40", "01", 1000),
            Line("0100007F:9C40", "0100007F:1388", "01", 1000),
        ],
        new IPEndPoint(Client.Address.MapToIPv6(), Client.Port),
        new IPEndPoint(Server.Address.MapToIPv6(), Server.Port)));

    [Fact]
    public void Another_connection_to_the_same_port_is_no_answer() => Assert.Equal(
        "the connection of this call does not start on this machine",
        SocketOwners.WhyNot([Listening(1000), Line("0100007F:9C41", "0100007F:1388", "01", 1000), Line("0100007F:1388", "0100007F:9C41", "01", 1000)], Client, Server));

    private static string Listening(int user) => Line("0100007F:1388", "00000000:0000", "0A", user);

    private static string Line(string local, string remote, string state, int user) =>
        $"   0: {local} {remote} {state} 00000000:00000000 00:00000000 00000000 {user,5}        0 1234 1 0000000000000000 20 4 30 10 -1";
}
