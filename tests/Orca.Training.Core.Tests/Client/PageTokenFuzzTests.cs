using System.Buffers.Text;
using CsCheck;
using Orca.Training.Client;
using Orca.Training.Jobs;
using Orca.Training.Tests.Shared;

namespace Orca.Training.Tests.Client;

/// <summary>Page tokens that nobody gave: each is a violation of its field, whatever it is made of.</summary>
public sealed class PageTokenFuzzTests
{
    private static readonly InstallationId Here = new("here");
    private static readonly TrainingQuery Query = new() { User = "ada" };
    private static readonly string Given = PageToken.After(new JobId(17), Here, Query);

    [Fact]
    public void A_token_that_was_made_up_is_refused() => Gen.Byte.Array[1, 70].Fuzzed(bytes => Refused(Base64Url.EncodeToString(bytes)));

    [Fact]
    public void A_token_that_was_changed_or_cut_is_refused() => Gen.Select(Gen.Int[0, Given.Length - 1], Gen.Char, Gen.Bool).Fuzzed(x =>
    {
        var changed = x.Item3 ? Given[..x.Item1] + x.Item2 + Given[(x.Item1 + 1)..] : Given[..x.Item1] + x.Item2;
        if (changed != Given)
        {
            Refused(changed);
        }
    });

    private static void Refused(string token)
    {
        Assert.Null(PageToken.Read(Query with { PageToken = token }, Here, out var violation));
        Assert.Equal("page_token", violation!.Field);
    }
}
