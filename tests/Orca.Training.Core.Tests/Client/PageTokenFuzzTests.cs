using System.Buffers.Text;
using Orca.Training.Client;
using Orca.Training.Jobs;

namespace Orca.Training.Tests.Client;

/// <summary>Page tokens that nobody gave: each is a violation of its field, whatever it is made of.</summary>
public sealed class PageTokenFuzzTests
{
    private static readonly InstallationId Here = new("here");

    [Fact]
    public void A_token_that_was_made_up_or_changed_is_refused_and_never_read()
    {
        var chance = new Random(11);
        var query = new TrainingQuery { User = "ada" };
        var given = PageToken.After(new JobId(17), Here, query);
        for (var i = 0; i < 2_000; i++)
        {
            var bytes = new byte[chance.Next(0, 70)];
            chance.NextBytes(bytes);
            var changed = given.ToCharArray();
            changed[chance.Next(changed.Length)] = (char)chance.Next(1, 0x2100);
            foreach (var token in new[] { Base64Url.EncodeToString(bytes), new string(changed), given[..chance.Next(given.Length)], given + (char)chance.Next(1, 300) })
            {
                var read = PageToken.Read(query with { PageToken = token }, Here, out var violation);
                Assert.True(token == given || token.Length == 0 || (read is null && violation?.Field == "page_token") || (violation is null && read == new JobId(17)));
            }
        }
    }
}
