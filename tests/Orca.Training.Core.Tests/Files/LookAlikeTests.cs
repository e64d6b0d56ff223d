using Orca.Training.Files;

namespace Orca.Training.Tests.Files;

public sealed class LookAlikeTests
{
    [Theory]
    [InlineData("caf\u00e9", "cafe\u0301")]
    [InlineData("\u212b", "A\u030a")]
    [InlineData("\u1ed9", "o\u0302\u0323")]
    [InlineData("\uac01", "\u1100\u1161\u11a8")]
    [InlineData("a\u0315\u0300\u05ae\u0316b", "a\u05ae\u0316\u0300\u0315b")]
    [InlineData("\U0001D15E", "\U0001D157\U0001D165")]
    public void Canonically_equal_texts_have_one_form(string one, string other) => Assert.Equal(CanonicalText.Of(one), CanonicalText.Of(other));

    [Theory]
    [InlineData(" a \t b\u00a0", "a b")]
    [InlineData("a\u200b\u00ad\ufe0f\ufeffb", "ab")]
    [InlineData("\u200b", "")]
    [InlineData("a b", "a b")]
    public void A_key_has_what_can_be_seen(string text, string key) => Assert.Equal(key, LookAlike.Key(text));

    [Fact]
    public void What_cannot_be_seen_is_spelt_out() =>
        Assert.Equal("'e<U+0301> <U+200B>\u00e9<U+001B><U+00A0>'", LookAlike.Spelt("e\u0301 \u200b\u00e9\u001b\u00a0"));
}
