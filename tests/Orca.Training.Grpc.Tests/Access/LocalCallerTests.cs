using System.Net;
using Microsoft.AspNetCore.Http;
using Orca.Training.AspNetCore.Access;

namespace Orca.Training.Grpc.Tests.Access;

/// <summary>What makes a call count as local, beyond its connection. What was accepted before must not matter.</summary>
public sealed class LocalCallerTests
{
    private static readonly string[] OfGrpc = ["Host", "User-Agent", "Content-Type", "TE", "grpc-accept-encoding", "grpc-timeout", "traceparent"];

    [Fact]
    public void Whichever_headers_of_gRPC_a_call_has_it_is_local()
    {
        Assert.All(Subsets(), headers => Assert.Null(LocalCaller.WhyNot(Call(headers))));
    }

    [Theory]
    [InlineData("Forwarded")]
    [InlineData("Via")]
    [InlineData("X-Forwarded-For")]
    [InlineData("X-Real-IP")]
    [InlineData("X-Anything")]
    public void Whichever_headers_of_gRPC_a_call_has_one_that_a_proxy_adds_is_found_beside_them(string added)
    {
        Assert.All(Subsets(), headers => Assert.Contains($"the header {added}", LocalCaller.WhyNot(Call([.. headers, added])), StringComparison.Ordinal));
    }

    [Fact]
    public void A_header_in_place_of_one_of_gRPC_is_found()
    {
        Assert.All(OfGrpc[1..], replaced => Assert.Contains("the header Via", LocalCaller.WhyNot(Call([.. OfGrpc.Except([replaced]), "Via"])), StringComparison.Ordinal));
    }

    [Fact]
    public void A_header_without_values_is_looked_at_too()
    {
        var call = Call(OfGrpc);
        call.Request.Headers["Via"] = default;

        // A dictionary of headers drops one that is set to nothing; it is a header as soon as it is there.
        Assert.Equal(call.Request.Headers.ContainsKey("Via"), LocalCaller.WhyNot(call) is not null);
    }

    [Theory]
    [InlineData("evil.example:5000", "http", 5000)]
    [InlineData("localhost:5001", "http", 5000)]
    [InlineData("localhost:5000", "http", 5001)]
    [InlineData("localhost", "http", 443)]
    [InlineData("localhost", "https", 80)]
    [InlineData("", "http", 5000)]
    public void An_address_that_was_accepted_says_nothing_of_another_one(string host, string scheme, int port)
    {
        foreach (var (accepted, by, at) in ((string, string, int)[])[("localhost:5000", "http", 5000), ("localhost", "http", 80), ("localhost", "https", 443)])
        {
            Assert.Null(LocalCaller.WhyNot(Call(OfGrpc, accepted, by, at)));

            Assert.Contains("this call is addressed to", LocalCaller.WhyNot(Call(OfGrpc, host, scheme, port)), StringComparison.Ordinal);
        }
    }

    private static IEnumerable<string[]> Subsets() =>
        Enumerable.Range(0, 1 << OfGrpc.Length).Select(set => OfGrpc.Where((_, at) => (set >> at & 1) == 1).ToArray());

    // The address of the server is not told, so that no table is asked for the owner of the connection.
    private static DefaultHttpContext Call(string[] headers, string host = "127.0.0.1:5000", string scheme = "http", int port = 5000)
    {
        var call = new DefaultHttpContext();
        (call.Connection.RemoteIpAddress, call.Connection.LocalPort) = (IPAddress.Loopback, port);
        (call.Request.Protocol, call.Request.Scheme) = ("HTTP/2", scheme);
        foreach (var header in headers)
        {
            call.Request.Headers[header] = "x";
        }

        call.Request.Headers.Host = host;
        return call;
    }
}
