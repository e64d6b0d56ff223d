using static System.FormattableString;

namespace Orca.Training.Client;

/// <summary>What a label is, in a request and in a query that asks for it.</summary>
internal static class LabelRule
{
    public static void Check(string name, string value, int maxLength, List<FieldViolation> found)
    {
        if (string.IsNullOrWhiteSpace(name) || name.Length > maxLength || value.Length > maxLength)
        {
            found.Add(new FieldViolation(Intake.Field("labels", name), Invariant($"Give a name and a value of at most {maxLength} characters each.")));
        }
        else if ((NameRule.HarmIn(name) ?? NameRule.HarmIn(value)) is { } harm)
        {
            found.Add(new FieldViolation(Intake.Field("labels", name), harm));
        }
    }
}
