using System.Reflection;

namespace Orca.Training.Testing.Tests.Conformance.Data;

/// <summary>Runs one case of a suite by hand, once for each of its rows.</summary>
internal static class SuiteRun
{
    /// <summary>How a case failed; none if it passed.</summary>
    public static async Task<List<Exception>> FailuresAsync<TSuite>(Func<TSuite> derive, string name)
        where TSuite : IAsyncDisposable
    {
        var method = typeof(TSuite).GetMethod(name)!;
        var failures = new List<Exception>();
        foreach (var row in RowsOf(method))
        {
            await using var one = derive();
            try
            {
                await (Task)method.Invoke(one, row)!;
            }
#pragma warning disable CA1031 // However a case fails, it has caught what is broken.
            catch (Exception e)
#pragma warning restore CA1031
            {
                failures.Add(e);
            }
        }

        return failures;
    }

    private static IEnumerable<object?[]> RowsOf(MethodInfo method)
    {
        var inline = method.GetCustomAttributes<InlineDataAttribute>().Select(d => d.Data);
        var member = method.GetCustomAttributes<MemberDataAttribute>()
            .SelectMany(d => (IEnumerable<ITheoryDataRow>)method.DeclaringType!.GetProperty(d.MemberName)!.GetValue(null)!)
            .Select(r => r.GetData());
        return inline.Concat(member).DefaultIfEmpty([]);
    }
}
