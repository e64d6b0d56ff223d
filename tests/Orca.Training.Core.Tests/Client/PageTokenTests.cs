using CsCheck;
using Orca.Training.Client;
using Orca.Training.Jobs;

namespace Orca.Training.Tests.Client;

/// <summary>Where a list goes on, as a text that callers hand back.</summary>
public sealed class PageTokenTests
{
    private static readonly InstallationId Here = new("0a1b2c3d");

    private static readonly TrainingQuery Query = Intake.Query(new TrainingQuery { User = "ann", Labels = new Dictionary<string, string> { ["b"] = "2", ["a"] = "1" } });

    [Fact]
    public void A_token_says_after_which_job_to_go_on() => Gen.Long.Sample(id =>
    {
        var token = PageToken.After(new JobId(id), Here, Query);

        return PageToken.Read(Query with { PageToken = token }, Here, out var violation) == new JobId(id) && violation is null && token.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');
    });

    [Fact]
    public void No_token_is_the_first_page()
    {
        Assert.Null(PageToken.Read(Query, Here, out var violation));
        Assert.Null(violation);
    }

    [Fact]
    public void A_token_with_any_character_changed_is_none() => Gen.Select(Gen.Int[0, 43], Gen.Char.AlphaNumeric).Sample((at, other) =>
    {
        var token = PageToken.After(new JobId(5), Here, Query);
        var changed = token.Remove(at, 1).Insert(at, other.ToString());

        PageToken.Read(Query with { PageToken = changed }, Here, out var violation);

        return changed == token || violation is { Field: "page_token" };
    });

    [Fact]
    public void Conditions_that_could_run_into_each_other_do_not()
    {
        var token = PageToken.After(new JobId(5), Here, Intake.Query(new TrainingQuery { User = "ab" }));
        var other = Intake.Query(new TrainingQuery { User = "a", Algorithm = "b", PageToken = token });

        PageToken.Read(other, Here, out var violation);

        Assert.StartsWith("It belongs to a list with other conditions", violation!.Description, StringComparison.Ordinal);
    }

    [Fact]
    public void Conditions_in_another_order_are_the_same()
    {
        var token = PageToken.After(new JobId(5), Here, Query);
        var same = Intake.Query(new TrainingQuery { User = "ann", Labels = new Dictionary<string, string> { ["a"] = "1", ["b"] = "2" }, PageToken = token, PageSize = 3 });

        Assert.Equal(new JobId(5), PageToken.Read(same, Here, out _));
    }
}
