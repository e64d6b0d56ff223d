using System.Text.Json;
using CsCheck;
using Docker.DotNet.Models;
using Orca.Training.Docker.Observing;
using Orca.Training.Machines;

namespace Orca.Training.Docker.Tests.Faults;

/// <summary>What an engine answers need not be what an engine should: it is read as far as it makes sense, and nothing else is harmed.</summary>
public sealed class HostileEngineTests : FaultTest
{
    private static readonly Gen<string> Odd = Gen.OneOf(
        Of("", " ", "0", "-1", "7", "99999999999999999999", "1e3", "\u0000", "inst", "running", "exited", "created", "Exited (", "Exited (-9) 1", "Exited (x)", "null", "\ud800"),
        Gen.String[0, 12]);

    private static readonly Gen<Dictionary<string, string>> Labels = Gen.Select(
        Of("orca.application", "orca.installation", "orca.job", "orca.attempt", "orca.rank", "exitCode", "signal", ""), Odd).Array[0, 7]
        .Select(pairs => pairs.DistinctBy(p => p.Item1).ToDictionary(p => p.Item1, p => p.Item2, StringComparer.Ordinal));

    // Any value that JSON knows, where another was to be expected.
    private static readonly Gen<string> Value = Gen.OneOf(
        Odd.Select(text => JsonSerializer.Serialize(text)), Of("null", "true", "[]", "{}", "-5", "1e400", "[null]", "{\"ID\":null}", "\"0001-\""));

    private static Gen<string> Of(params string[] texts) => Gen.Int[0, texts.Length - 1].Select(i => texts[i]);

    [Fact]
    public void Labels_are_read_or_not_and_what_is_read_is_a_possible_attempt() => Labels.Fuzzed(labels =>
    {
        if (ContainerLabels.TryRead(labels, out var attempt, out var rank))
        {
            Assert.True(rank >= 0 && attempt.Attempt.Number >= 0 && attempt.Attempt.Job.Value >= 0);
            Assert.Equal(labels["orca.installation"], attempt.Installation.Value);
        }
    });

    [Fact]
    public void States_exit_codes_and_signals_are_read_or_not() => Odd.Fuzzed(text =>
    {
        _ = ContainerListing.StateOf(text);
        _ = ContainerListing.ExitCodeOf(text);
        var signal = SentSignals.SignalOf(new Message { Action = "kill", Actor = new Actor { Attributes = new Dictionary<string, string> { ["signal"] = text } } });
        Assert.InRange(signal!.Value, 1, 64);
    });

    [Fact]
    public void The_beginning_of_a_program_gives_a_sentence_of_one_line_or_none() => Gen.Byte.Array[0, 300].Fuzzed(bytes =>
    {
        byte[] script = [.. "#!"u8, .. bytes];
        Assert.DoesNotContain(StartedScripts.Of("/train", script)!, char.IsControl);
        Assert.True(StartedScripts.Of("/train", bytes) is null || bytes.AsSpan().StartsWith("#!"u8));
    });

    [Fact]
    public Task A_listing_is_read_or_is_of_no_use_whatever_an_engine_answers() => Gen.Select(Labels, Value, Value, Value, Value).FuzzedAsync(
        async x =>
        {
            var (labels, state, status, inspected, at) = x;
            var own = JsonSerializer.Serialize(labels);
            await using var engine = new FakeEngine((request, socket, token) => FakeEngine.SendAsync(
                socket,
                FakeEngine.Json(
                    200,
                    request.Contains("/containers/json", StringComparison.Ordinal) ? $$"""[{"Id":"abc","State":{{state}},"Status":{{status}},"Labels":{{own}},"Created":{{at}}}]"""
                        : request.Contains("/events", StringComparison.Ordinal) ? $$"""{"Type":{{state}},"Action":{{status}},"Actor":{{inspected}}}"""
                        : $$"""{"Id":{{inspected}},"State":{"ExitCode":{{at}},"StartedAt":{{status}}},"Config":{{inspected}},"SystemTime":{{at}},"Path":{{state}}}"""),
                token));
            using var runtime = Runtime(engine.Endpoint);
            try
            {
                await runtime.ListAsync(Scope, Token);
            }
            catch (RuntimeUnavailableException)
            {
                // It was said that the engine is of no use, which it is.
            }
        },
        cases: 60);

    [Fact]
    public Task Events_are_read_or_end_the_stream_whatever_they_hold() => Gen.Select(Labels, Value, Value, Value).Array[1, 5].FuzzedAsync(
        async events =>
        {
            var chunks = events.Select(e => FakeEngine.Chunk($$"""{"Type":"container","Action":{{e.Item2}},"Actor":{"ID":{{e.Item3}},"Attributes":{{JsonSerializer.Serialize(e.Item1)}}},"time":{{e.Item4}}}"""));
            await using var engine = new FakeEngine(FakeEngine.Stream() + string.Concat(chunks) + "0\r\n\r\n");
            using var runtime = Runtime(engine.Endpoint);
            await Assert.ThrowsAsync<RuntimeUnavailableException>(async () => await runtime.WatchAsync(Scope, Token).ToListAsync(Token));
        },
        cases: 60);
}
