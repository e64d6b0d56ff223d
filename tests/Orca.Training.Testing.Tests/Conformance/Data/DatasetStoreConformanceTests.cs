using Orca.Training.Datasets;
using Suite = Orca.Training.Testing.Conformance.Datasets.DatasetStoreConformance;

namespace Orca.Training.Testing.Tests.Conformance.Data;

/// <summary>The suite is tried on dataset stores that are broken on purpose: a case that can't fail is worth nothing.</summary>
public sealed class DatasetStoreConformanceTests
{
    public static TheoryData<string, string> Mistakes => new()
    {
        { nameof(BrokenDatasets.LosesALargeFilesEnd), nameof(Suite.A_file_may_be_larger_than_any_buffer) },
        { nameof(BrokenDatasets.HashesContentsAlone), nameof(Suite.The_version_is_the_documented_hash_of_names_and_contents) },
        { nameof(BrokenDatasets.HashesContentsAlone), nameof(Suite.An_added_version_resolves_and_opens_with_exactly_its_files) },
        { nameof(BrokenDatasets.TakesTheLastOfTwoThatDifferByCase), nameof(Suite.Names_that_some_file_system_takes_for_one_are_refused) },
        { nameof(BrokenDatasets.MindsTheOrderOfFiles), nameof(Suite.The_order_in_which_files_are_given_does_not_matter_but_names_do) },
        { nameof(BrokenDatasets.KeepsTheFirstAsNewest), nameof(Suite.The_newest_version_is_the_one_that_was_added_last) },
        { nameof(BrokenDatasets.KeepsTheFirstAsNewest), nameof(Suite.Any_operations_leave_each_dataset_as_they_leave_the_model) },
        { nameof(BrokenDatasets.KnowsNoOldVersions), nameof(Suite.Any_operations_leave_each_dataset_as_they_leave_the_model) },
        { nameof(BrokenDatasets.FindsVersionsByTheirBeginning), nameof(Suite.Unknown_datasets_and_versions_resolve_to_nothing_and_do_not_open) },
        { nameof(BrokenDatasets.BelievesAnyVersion), nameof(Suite.Unknown_datasets_and_versions_resolve_to_nothing_and_do_not_open) },
        { nameof(BrokenDatasets.BelievesAnyVersion), nameof(Suite.An_id_that_is_none_is_refused_and_never_resolves) },
        { nameof(BrokenDatasets.MendsIds), nameof(Suite.An_id_that_is_none_is_refused_and_never_resolves) },
        { nameof(BrokenDatasets.MendsFileNames), nameof(Suite.A_file_name_that_is_none_is_refused_and_nothing_is_stored) },
        { nameof(BrokenDatasets.TakesTheLastOfTwo), nameof(Suite.No_files_and_names_that_clash_are_refused) },
        { nameof(BrokenDatasets.TakesABrokenSourceForItsEnd), nameof(Suite.A_source_that_breaks_half_way_leaves_nothing_and_its_error_is_told) },
        { nameof(BrokenDatasets.ReadsEachSourceTwice), nameof(Suite.Each_source_is_opened_once_and_disposed) },
        { nameof(BrokenDatasets.ShowsAVersionFileByFile), nameof(Suite.A_version_is_not_there_before_all_of_it_is) },
        { nameof(BrokenDatasets.ShowsAVersionFileByFile), nameof(Suite.A_cancelled_add_leaves_nothing) },
        { nameof(BrokenDatasets.VerifiesOnce), nameof(Suite.A_snapshot_that_was_changed_does_not_open_until_its_files_are_added_again) },
        { nameof(BrokenDatasets.CannotBeAskedAtOnce), nameof(Suite.Adds_of_the_same_content_at_once_end_with_one_intact_version) },
        { nameof(BrokenDatasets.ListsWithoutRegardToCase), nameof(Suite.Datasets_are_listed_in_the_order_of_their_ids) },
        { nameof(BrokenDatasets.ListsWhatEverWas), nameof(Suite.A_dataset_whose_versions_are_all_deleted_is_not_listed) },
        { nameof(BrokenDatasets.ListsByHash), nameof(Suite.Versions_are_listed_from_the_one_that_was_added_last) },
        { nameof(BrokenDatasets.ListsByHash), nameof(Suite.Any_operations_leave_each_dataset_as_they_leave_the_model) },
        { nameof(BrokenDatasets.TakesTheSealsTimeForThatOfTheAdd), nameof(Suite.When_a_version_was_added_is_told) },
        { nameof(BrokenDatasets.CountsTheFirstFileOnly), nameof(Suite.Versions_are_listed_from_the_one_that_was_added_last) },
        { nameof(BrokenDatasets.CountsCharacters), nameof(Suite.The_files_of_a_version_are_listed_by_name_with_size_and_hash) },
        { nameof(BrokenDatasets.OpensByTheLastPart), nameof(Suite.A_file_of_a_version_is_read_by_its_name) },
        { nameof(BrokenDatasets.TagsOnce), nameof(Suite.A_version_resolves_by_its_tag_until_that_is_moved_or_removed) },
        { nameof(BrokenDatasets.ListsATagWithAllThatEverHadIt), nameof(Suite.A_version_is_listed_with_its_tags_in_their_order) },
        { nameof(BrokenDatasets.ListsATagWithAllThatEverHadIt), nameof(Suite.A_tag_that_is_moved_by_two_at_once_names_one_of_their_versions) },
        { nameof(BrokenDatasets.HasTagsOfAllDatasets), nameof(Suite.A_tag_is_its_datasets_own) },
        { nameof(BrokenDatasets.MendsTags), nameof(Suite.A_tag_that_is_none_is_refused) },
        { nameof(BrokenDatasets.TagsWhatIsNotThere), nameof(Suite.Only_a_version_that_is_there_can_be_tagged) },
        { nameof(BrokenDatasets.DeletesForTheLookOnly), nameof(Suite.Nothing_is_left_of_a_deleted_version_and_all_of_the_others) },
        { nameof(BrokenDatasets.DeletesTheContentFromAllDatasets), nameof(Suite.Nothing_is_left_of_a_deleted_version_and_all_of_the_others) },
        { nameof(BrokenDatasets.GivesTagsBackWithTheContent), nameof(Suite.A_version_that_is_added_again_after_its_deletion_is_whole_and_has_no_tags) },
        { nameof(BrokenDatasets.HasNoNewestAfterADeletion), nameof(Suite.When_the_newest_is_deleted_the_newest_of_the_rest_is_the_newest) },
        { nameof(BrokenDatasets.HasNoNewestAfterADeletion), nameof(Suite.Any_operations_leave_each_dataset_as_they_leave_the_model) },
        { nameof(BrokenDatasets.SaysItHasDeletedAnything), nameof(Suite.Deleting_again_and_deleting_nothing_are_no_errors_and_said) },
        { nameof(BrokenDatasets.StoresWhatItOnceHadNoMore), nameof(Suite.A_version_that_is_deleted_while_it_is_added_again_is_there_afterwards) },
        { nameof(BrokenDatasets.DeletesFilesOfALaterAdd), nameof(Suite.Adds_and_deletions_of_a_version_at_once_leave_all_of_it_or_nothing) },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public async Task A_broken_store_is_caught_by_the_case_that_is_about_it(string broken, string caughtBy)
    {
        var type = typeof(BrokenDatasets).GetNestedType(broken)!;

        Assert.NotEmpty(await FailuresAsync(store => (IDatasetStore)Activator.CreateInstance(type, store)!, caughtBy));
    }

    [Fact]
    public void Every_broken_store_is_tried() => Assert.Equal(
        typeof(BrokenDatasets).GetNestedTypes().Select(t => t.Name).Order(StringComparer.Ordinal),
        Mistakes.Select(m => m.Data.Item1).Distinct().Order(StringComparer.Ordinal));

    [Fact]
    public async Task A_sound_store_passes_when_its_cases_are_run_in_the_same_way()
    {
        foreach (var caughtBy in Mistakes.Select(m => m.Data.Item2).Distinct())
        {
            Assert.Empty(await FailuresAsync(store => store, caughtBy));
        }
    }

    private static Task<List<Exception>> FailuresAsync(Func<IDatasetStore, IDatasetStore> wrap, string name) =>
        SuiteRun.FailuresAsync<Suite>(() => new FolderDatasets(wrap, TimeSpan.FromMinutes(1)), name);
}
