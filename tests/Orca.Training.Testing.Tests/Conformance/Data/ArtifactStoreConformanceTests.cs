using Orca.Training.Artifacts;
using Suite = Orca.Training.Testing.Conformance.Artifacts.ArtifactStoreConformance;

namespace Orca.Training.Testing.Tests.Conformance.Data;

/// <summary>The suite is tried on artifact stores that are broken on purpose: a case that can't fail is worth nothing.</summary>
public sealed class ArtifactStoreConformanceTests
{
    public static TheoryData<string, string> Mistakes => new()
    {
        { nameof(BrokenArtifacts.SharesTheOutput), nameof(Suite.Each_attempt_has_an_output_of_its_own_and_shares_its_jobs_checkpoint) },
        { nameof(BrokenArtifacts.GivesEachAttemptACheckpoint), nameof(Suite.Each_attempt_has_an_output_of_its_own_and_shares_its_jobs_checkpoint) },
        { nameof(BrokenArtifacts.EmptiesWhatIsPreparedAgain), nameof(Suite.Preparing_again_changes_nothing) },
        { nameof(BrokenArtifacts.SkipsHiddenFiles), nameof(Suite.What_an_attempt_left_is_listed_by_name_with_size_and_hash_and_can_be_opened) },
        { nameof(BrokenArtifacts.SortsByCulture), nameof(Suite.What_an_attempt_left_is_listed_by_name_with_size_and_hash_and_can_be_opened) },
        { nameof(BrokenArtifacts.HashesNothing), nameof(Suite.What_an_attempt_left_is_listed_by_name_with_size_and_hash_and_can_be_opened) },
        { nameof(BrokenArtifacts.HashesNothing), nameof(Suite.Any_operations_leave_each_attempt_as_they_leave_the_model) },
        { nameof(BrokenArtifacts.BelievesWhatIsAnnounced), nameof(Suite.What_was_announced_must_be_there_as_announced) },
        { nameof(BrokenArtifacts.TakesAnyName), nameof(Suite.What_has_a_name_that_some_system_cannot_hold_is_refused_in_words_and_not_published) },
        { nameof(BrokenArtifacts.TakesHashesByTheLetter), nameof(Suite.What_was_announced_must_be_there_as_announced) },
        { nameof(BrokenArtifacts.OpensAnyFile), nameof(Suite.An_artifact_that_is_elsewhere_or_was_never_there_does_not_open) },
        { nameof(BrokenArtifacts.CollectsWhenCancelled), nameof(Suite.Collecting_ends_when_it_is_cancelled) },
        { nameof(BrokenArtifacts.KeepsTheCheckpoint), nameof(Suite.Nothing_is_left_of_a_removed_job_and_all_of_the_others) },
        { nameof(BrokenArtifacts.ExceptsNothing), nameof(Suite.The_attempt_that_is_excepted_stays_where_it_is_and_the_rest_of_its_job_goes) },
        { nameof(BrokenArtifacts.ExceptsNothing), nameof(Suite.Any_operations_leave_each_attempt_as_they_leave_the_model) },
        { nameof(BrokenArtifacts.KeepsAllIfOneIsExcepted), nameof(Suite.The_attempt_that_is_excepted_stays_where_it_is_and_the_rest_of_its_job_goes) },
        { nameof(BrokenArtifacts.RemovesOnce), nameof(Suite.Removing_again_and_removing_nothing_are_no_errors) },
        { nameof(BrokenArtifacts.CutsWhatItRemoves), nameof(Suite.Who_reads_an_artifact_while_it_is_removed_gets_all_of_it_or_an_error) },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public async Task A_broken_store_is_caught_by_the_case_that_is_about_it(string broken, string caughtBy)
    {
        var type = typeof(BrokenArtifacts).GetNestedType(broken)!;

        Assert.NotEmpty(await FailuresAsync(store => (IArtifactStore)Activator.CreateInstance(type, store)!, caughtBy));
    }

    [Fact]
    public void Every_broken_store_is_tried() => Assert.Equal(
        typeof(BrokenArtifacts).GetNestedTypes().Select(t => t.Name).Order(StringComparer.Ordinal),
        Mistakes.Select(m => m.Data.Item1).Distinct().Order(StringComparer.Ordinal));

    [Fact]
    public async Task A_sound_store_passes_when_its_cases_are_run_in_the_same_way()
    {
        foreach (var caughtBy in Mistakes.Select(m => m.Data.Item2).Distinct())
        {
            Assert.Empty(await FailuresAsync(store => store, caughtBy));
        }
    }

    private static Task<List<Exception>> FailuresAsync(Func<IArtifactStore, IArtifactStore> wrap, string name) =>
        SuiteRun.FailuresAsync<Suite>(() => new FolderArtifacts(wrap, TimeSpan.FromMinutes(1)), name);
}
