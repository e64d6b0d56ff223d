using Orca.Training.Jobs.Storage.Memory;
using Orca.Training.Metrics;
using Orca.Training.Metrics.Memory;
using Orca.Training.Models;
using Orca.Training.Models.Memory;
using Orca.Training.Runs;
using Orca.Training.Runs.Kept;
using Orca.Training.Testing.Conformance.Runs;
using Suite = Orca.Training.Testing.Conformance.Runs.RunStoresConformance;

namespace Orca.Training.Testing.Tests.Conformance.Data;

/// <summary>The suite is tried on stores of runs, models and metrics that are broken on purpose: a case that can't fail is worth nothing.</summary>
public sealed class RunStoresConformanceTests
{
    public static TheoryData<string, string> Mistakes => new()
    {
        { nameof(BrokenRuns.ForgetsWhatWasExecuted), nameof(Suite.A_run_says_what_was_asked_for_what_was_executed_and_what_came_of_it) },
        { nameof(BrokenRuns.ShowsWhatNeverRan), nameof(Suite.A_job_that_never_ran_and_one_that_there_is_not_have_no_run) },
        { nameof(BrokenRuns.HoldsTheGreatestForTheBest), nameof(Suite.The_best_run_of_a_dataset_comes_first_and_runs_without_the_metric_do_not_come) },
        { nameof(BrokenRuns.RemovesWhatIsTooYoung), nameof(Suite.A_run_is_removed_after_its_time_unless_its_job_or_model_is_kept) },
        { nameof(BrokenRuns.RemovesMoreThanIsAsked), nameof(Suite.A_run_is_removed_after_its_time_unless_its_job_or_model_is_kept) },
        { nameof(BrokenRuns.IgnoresOwners), nameof(Suite.Any_query_finds_what_it_says_among_the_runs_of_jobs_that_are_kept_and_that_are_gone) },
        { nameof(BrokenRuns.PutsRunsWithoutTheMetricLast), nameof(Suite.The_best_run_of_a_dataset_comes_first_and_runs_without_the_metric_do_not_come) },
        { nameof(BrokenRuns.PutsRunsWithoutTheMetricLast), nameof(Suite.Any_query_finds_what_it_says_among_the_runs_of_jobs_that_are_kept_and_that_are_gone) },
        { nameof(BrokenRuns.PutsEqualOnesTheOldestFirst), nameof(Suite.Any_query_finds_what_it_says_among_the_runs_of_jobs_that_are_kept_and_that_are_gone) },
        { nameof(BrokenRuns.PutsTheMetricIntoItsOwnWords), nameof(Suite.Runs_are_ordered_by_a_metric_whatever_its_name_is_made_of) },
        { nameof(BrokenRuns.ReadsNoRecordWithANul), nameof(Suite.A_record_of_a_time_when_texts_could_hold_a_NUL_spoils_no_query_and_can_be_removed) },
        { nameof(BrokenRuns.RepeatsTheLastOfAPage), nameof(Suite.The_last_runs_of_an_algorithm_come_newest_first_in_pages) },
        { nameof(BrokenRuns.LimitsBeforeItLooks), nameof(Suite.The_last_runs_of_an_algorithm_come_newest_first_in_pages) },
        { nameof(BrokenRuns.TakesAnyModel), nameof(Suite.Conditions_hold_together) },
        { nameof(BrokenRuns.TakesAnEmptyConditionAtItsWord), nameof(Suite.Any_query_finds_what_it_says_among_the_runs_of_jobs_that_are_kept_and_that_are_gone) },
        { nameof(BrokenRuns.ShowsWhatStillRuns), nameof(Suite.Any_query_finds_what_it_says_among_the_runs_of_jobs_that_are_kept_and_that_are_gone) },
        { nameof(BrokenRuns.ForgetsRunsWithTheirJobs), nameof(Suite.A_run_outlives_its_job_and_is_found_as_before) },
        { nameof(BrokenRuns.FindsOnlyRunsOfJobsThatAreKept), nameof(Suite.A_run_outlives_its_job_and_is_found_as_before) },
        { nameof(BrokenRuns.ShowsTheRemovedAfterTheOthers), nameof(Suite.A_run_outlives_its_job_and_is_found_as_before) },
        { nameof(BrokenRuns.TakesAnyLimit), nameof(Suite.A_limit_that_is_none_is_refused) },
        { nameof(BrokenModels.CountsAllModelsTogether), nameof(Suite.Versions_of_a_model_are_numbered_from_one_and_the_newest_is_meant_where_none_is_named) },
        { nameof(BrokenModels.DrawsAnewEachTime), nameof(Suite.A_job_gets_the_same_number_each_time_and_numbers_of_jobs_that_fail_stay_unused) },
        { nameof(BrokenModels.DrawsAnewEachTime), nameof(Suite.Whoever_draws_numbers_for_whatever_jobs_at_once_each_job_has_one_and_none_is_left_out) },
        { nameof(BrokenModels.CountsWhatFailed), nameof(Suite.A_job_gets_the_same_number_each_time_and_numbers_of_jobs_that_fail_stay_unused) },
        { nameof(BrokenModels.HoldsTheLastNumberForTheNewest), nameof(Suite.A_job_gets_the_same_number_each_time_and_numbers_of_jobs_that_fail_stay_unused) },
        { nameof(BrokenModels.GivesEachNumberToTwoJobs), nameof(Suite.Numbers_that_are_drawn_at_once_are_all_different) },
        { nameof(BrokenModels.GivesAFreedNumberAgain), nameof(Suite.A_removed_version_is_gone_with_its_aliases_and_its_number_is_not_given_again) },
        { nameof(BrokenModels.LeavesAnAliasWhereItIs), nameof(Suite.An_alias_moves_from_version_to_version_and_can_be_taken_away) },
        { nameof(BrokenModels.MovesAnAliasInTwoSteps), nameof(Suite.An_alias_that_several_move_at_once_is_at_every_moment_one_versions) },
        { nameof(BrokenModels.NamesWhatIsNotThere), nameof(Suite.An_alias_moves_from_version_to_version_and_can_be_taken_away) },
        { nameof(BrokenModels.TakesANumberForAnAlias), nameof(Suite.An_alias_moves_from_version_to_version_and_can_be_taken_away) },
        { nameof(BrokenModels.KeepsAnAliasThatWasTakenAway), nameof(Suite.An_alias_moves_from_version_to_version_and_can_be_taken_away) },
        { nameof(BrokenModels.ResolvesWhatWasRemoved), nameof(Suite.A_removed_version_is_gone_with_its_aliases_and_its_number_is_not_given_again) },
        { nameof(BrokenModels.RemovesAgain), nameof(Suite.A_removed_version_is_gone_with_its_aliases_and_its_number_is_not_given_again) },
        { nameof(BrokenModels.ForgetsModelsWithTheirJobs), nameof(Suite.A_version_and_its_aliases_outlive_its_job) },
        { nameof(BrokenMetrics.ForgetsTheSteps), nameof(Suite.Values_become_points_of_their_series_at_the_steps_of_their_lines) },
        { nameof(BrokenMetrics.MixesTheRanks), nameof(Suite.Values_become_points_of_their_series_at_the_steps_of_their_lines) },
        { nameof(BrokenMetrics.ForgetsHowFarItRead), nameof(Suite.Lines_that_are_added_again_are_there_once) },
        { nameof(BrokenMetrics.AddsLinesAgain), nameof(Suite.Lines_that_are_added_again_are_there_once) },
        { nameof(BrokenMetrics.AddsLinesAgain), nameof(Suite.Two_that_read_the_same_output_at_once_leave_each_point_once) },
        { nameof(BrokenMetrics.PassesOverABatchThatBeginsWithAnOldLine), nameof(Suite.Lines_that_are_added_again_are_there_once) },
        { nameof(BrokenMetrics.ForgetsTheLastOfABatch), nameof(Suite.Whatever_is_added_in_whatever_batches_reads_as_it_was_printed) },
        { nameof(BrokenMetrics.ShowsEachSoManiethPoint), nameof(Suite.A_long_series_is_shown_in_few_points_with_its_peaks_and_its_ends) },
        { nameof(BrokenMetrics.ShowsAllPoints), nameof(Suite.A_long_series_is_shown_in_few_points_with_its_peaks_and_its_ends) },
        { nameof(BrokenMetrics.IgnoresTheRange), nameof(Suite.A_long_series_is_shown_in_few_points_with_its_peaks_and_its_ends) },
        { nameof(BrokenMetrics.KeepsAnyNumberOfSeries), nameof(Suite.No_more_than_256_series_of_a_container_are_kept) },
        { nameof(BrokenMetrics.TakesANameForAPath), nameof(Suite.A_metric_is_found_by_its_name_whatever_characters_that_has) },
        { nameof(BrokenRuns.BreaksOnANul), nameof(Suite.A_record_with_a_name_that_no_name_may_be_breaks_neither_the_queries_nor_the_removals_of_others) },
        { nameof(BrokenMetrics.KeepsWhatIsRemoved), nameof(Suite.Removed_metrics_are_gone_and_those_of_other_jobs_stay) },
        { nameof(BrokenMetrics.RemovesWhatIsNextToIt), nameof(Suite.Removed_metrics_are_gone_and_those_of_other_jobs_stay) },
    };

    private const int MostTries = 10;

    private static IEnumerable<Type> Broken => [.. typeof(BrokenRuns).GetNestedTypes(), .. typeof(BrokenModels).GetNestedTypes(), .. typeof(BrokenMetrics).GetNestedTypes()];

    [Theory]
    [MemberData(nameof(Mistakes))]
    public async Task A_broken_store_is_caught_by_the_case_that_is_about_it(string broken, string caughtBy)
    {
        var type = Broken.Single(t => t.Name == broken);

        // Some of them keep a case waiting, and it is soon clear which. Cases that draw their input, or that need two calls to meet, may miss a mistake
        // once; a sound store passes them however often they are run.
        for (var tries = 0; tries < MostTries; tries++)
        {
            var failures = await FailuresAsync(
                stores => Activator.CreateInstance(type, stores) switch
                {
                    IRunStore runs => stores with { Runs = runs },
                    IModelStore models => stores with { Models = models },
                    var metrics => stores with { Metrics = (IMetricStore)metrics! },
                },
                TimeSpan.FromSeconds(2),
                caughtBy);
            if (failures.Count > 0)
            {
                return;
            }
        }

        Assert.Fail($"No case found the mistake in {MostTries} runs.");
    }

    [Fact]
    public void Every_broken_store_is_tried() => Assert.Equal(
        Broken.Select(t => t.Name).Order(StringComparer.Ordinal),
        Mistakes.Select(m => m.Data.Item1).Distinct().Order(StringComparer.Ordinal));

    [Fact]
    public async Task A_sound_store_passes_when_its_cases_are_run_in_the_same_way()
    {
        foreach (var caughtBy in Mistakes.Select(m => m.Data.Item2).Distinct())
        {
            Assert.Empty(await FailuresAsync(stores => stores, TimeSpan.FromMinutes(1), caughtBy));
        }
    }

    private static Task<List<Exception>> FailuresAsync(Func<RunStores, RunStores> wrap, TimeSpan patience, string name) =>
        SuiteRun.FailuresAsync<Suite>(() => new Derived(wrap, patience), name);

    /// <summary>The suite as somebody derives it, run by hand.</summary>
    private sealed class Derived(Func<RunStores, RunStores> wrap, TimeSpan patience) : Suite
    {
        protected override TimeSpan Patience => patience;

        protected override ValueTask<RunStores> CreateAsync()
        {
            var jobs = new MemoryJobStore(new MemoryJobStoreOptions(), TimeProvider.System);
            var runs = new KeptRunStore(jobs);
            return ValueTask.FromResult(wrap(new RunStores(jobs, runs, new MemoryModelStore(runs), new MemoryMetricStore())));
        }
    }
}
