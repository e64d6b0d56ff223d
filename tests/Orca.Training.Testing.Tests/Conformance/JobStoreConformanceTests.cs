using System.Reflection;
using Orca.Training.Jobs.Storage;
using Orca.Training.Jobs.Storage.Memory;
using Orca.Training.Testing.Conformance.Jobs;

namespace Orca.Training.Testing.Tests.Conformance;

/// <summary>The suite is tried on stores that are broken on purpose: a case that can't fail is worth nothing.</summary>
public sealed class JobStoreConformanceTests
{
    public static TheoryData<string, string> Mistakes => new()
    {
        { nameof(BrokenStores.ForgetsTheFence), nameof(JobStoreConformance.A_decision_without_the_lease_is_refused) },
        { nameof(BrokenStores.AppliesOneByOne), nameof(JobStoreConformance.A_decision_with_an_older_term_is_refused_and_nothing_of_its_batch_applies) },
        { nameof(BrokenStores.AppliesOneByOne), nameof(JobStoreConformance.A_batch_is_seen_whole_or_not_at_all) },
        { nameof(BrokenStores.StopsAtARejection), nameof(JobStoreConformance.A_batch_answers_each_command_and_one_that_is_rejected_stops_no_other) },
        { nameof(BrokenStores.AnswersTooEarly), nameof(JobStoreConformance.A_submission_is_a_queued_job_with_a_new_id_and_all_that_was_asked_for) },
        { nameof(BrokenStores.HidesConflicts), nameof(JobStoreConformance.Any_batches_of_commands_leave_the_store_as_they_leave_the_model) },
        { nameof(BrokenStores.SkipsAChange), nameof(JobStoreConformance.A_long_feed_comes_in_pages_without_a_gap) },
        { nameof(BrokenStores.SkipsAChange), nameof(JobStoreConformance.Any_batches_of_commands_leave_the_store_as_they_leave_the_model) },
        { nameof(BrokenStores.SortsTheFeed), nameof(JobStoreConformance.The_feed_brings_every_job_as_its_last_change_left_it_in_the_order_of_the_commits) },
        { nameof(BrokenStores.SortsTheFeed), nameof(JobStoreConformance.What_parallel_callers_are_told_fits_one_order_and_the_feed_brings_the_changes_in_such_an_order) },
        { nameof(BrokenStores.GivesALateCursor), nameof(JobStoreConformance.The_feed_goes_on_from_any_cursor) },
        { nameof(BrokenStores.NeverWakesAReader), nameof(JobStoreConformance.A_reader_at_the_feeds_end_waits_for_the_next_change) },
        { nameof(BrokenStores.WaitsForAFinalJob), nameof(JobStoreConformance.A_jobs_own_feed_is_over_when_its_final_state_was_read) },
        { nameof(BrokenStores.ReadsFromAStaleCache), nameof(JobStoreConformance.Any_batches_of_commands_leave_the_store_as_they_leave_the_model) },
        { nameof(BrokenStores.ThinksBetweenReadAndWrite), nameof(JobStoreConformance.What_parallel_callers_are_told_fits_one_order_and_the_feed_brings_the_changes_in_such_an_order) },
        { nameof(BrokenStores.CountsPlacesFromZero), nameof(JobStoreConformance.A_place_in_the_queue_counts_the_older_ones_that_wait) },
        { nameof(BrokenStores.RepeatsTheLastOfAPage), nameof(JobStoreConformance.Pages_show_jobs_by_state_in_either_order_up_to_a_limit_and_go_on_after_an_id) },
        { nameof(BrokenStores.IgnoresLabels), nameof(JobStoreConformance.Any_query_shows_what_it_says_page_by_page) },
        { nameof(BrokenStores.IgnoresOwners), nameof(JobStoreConformance.Any_query_shows_what_it_says_page_by_page) },
        { nameof(BrokenStores.HasTwoDeciders), nameof(JobStoreConformance.One_holder_at_a_time_has_the_lease) },
        { nameof(BrokenStores.RenewsInWordsOnly), nameof(JobStoreConformance.A_renewal_keeps_the_term_and_lasts_from_then_on) },
        { nameof(BrokenStores.LosesAField), nameof(JobStoreConformance.A_submission_is_a_queued_job_with_a_new_id_and_all_that_was_asked_for) },
        { nameof(BrokenStores.ForgetsWhoItIs), nameof(JobStoreConformance.The_installation_is_the_same_on_every_call) },
        { nameof(BrokenKeyStores.ForgetsTheKeyOfAFinishedJob), nameof(JobStoreConformance.A_key_stands_for_one_job_whoever_repeats_it_and_in_whichever_state_the_job_is) },
        { nameof(BrokenKeyStores.AnswersAKeyWithWhatItOnceSaid), nameof(JobStoreConformance.A_key_stands_for_one_job_whoever_repeats_it_and_in_whichever_state_the_job_is) },
        { nameof(BrokenKeyStores.SharesKeysBetweenUsers), nameof(JobStoreConformance.One_users_key_says_nothing_of_anothers) },
        { nameof(BrokenKeyStores.ThinksBetweenKeyAndJob), nameof(JobStoreConformance.Of_many_who_submit_a_key_at_once_all_get_one_job) },
        { nameof(BrokenKeyStores.ThinksBetweenKeyAndJob), nameof(JobStoreConformance.What_parallel_callers_are_told_fits_one_order_and_the_feed_brings_the_changes_in_such_an_order) },
        { nameof(BrokenKeyStores.OverlooksAKeyOfTheSameBatch), nameof(JobStoreConformance.A_key_within_one_batch_stands_for_the_first_of_it) },
        { nameof(BrokenKeyStores.OverlooksAKeyOfTheSameBatch), nameof(JobStoreConformance.Any_batches_of_commands_leave_the_store_as_they_leave_the_model) },
        { nameof(BrokenKeyStores.KeepsTheKeyOfWhatWasRemoved), nameof(JobStoreConformance.What_is_removed_is_gone_with_its_key_and_what_is_not_finished_stays) },
        { nameof(BrokenKeyStores.SubmitsOneByOne), nameof(JobStoreConformance.Submissions_that_come_together_are_never_seen_in_part) },
        { nameof(BrokenKeyStores.SubmitsOneByOne), nameof(JobStoreConformance.What_parallel_callers_are_told_fits_one_order_and_the_feed_brings_the_changes_in_such_an_order) },
        { nameof(BrokenKeyStores.SubmitsHalf), nameof(JobStoreConformance.Submissions_that_come_together_are_there_together_in_their_order) },
        { nameof(BrokenKeyStores.IgnoresTheGroup), nameof(JobStoreConformance.Submissions_that_come_together_are_there_together_in_their_order) },
        { nameof(BrokenKeyStores.IgnoresHowManyAreKept), nameof(JobStoreConformance.What_finished_long_ago_or_is_one_too_many_need_not_be_kept) },
        { nameof(BrokenKeyStores.ExpiresFromTheBeginning), nameof(JobStoreConformance.What_finished_long_ago_or_is_one_too_many_need_not_be_kept) },
        { nameof(BrokenKeyStores.ExpiresTheNewestFirst), nameof(JobStoreConformance.Any_batches_of_commands_leave_the_store_as_they_leave_the_model) },
        { nameof(BrokenKeyStores.RemovesForAnybody), nameof(JobStoreConformance.Only_the_decider_removes) },
        { nameof(BrokenKeyStores.RemovesWhatIsOpen), nameof(JobStoreConformance.What_is_removed_is_gone_with_its_key_and_what_is_not_finished_stays) },
        { nameof(BrokenKeyStores.ShowsWhatWasRemoved), nameof(JobStoreConformance.What_is_removed_is_gone_with_its_key_and_what_is_not_finished_stays) },
    };

    private static IEnumerable<Type> Broken => [.. typeof(BrokenStores).GetNestedTypes(), .. typeof(BrokenKeyStores).GetNestedTypes()];

    [Theory]
    [MemberData(nameof(Mistakes))]
    public async Task A_broken_store_is_caught_by_the_case_that_is_about_it(string broken, string caughtBy)
    {
        var type = Broken.Single(t => t.Name == broken);
        // Some of them keep a case waiting, and it is soon clear which.
        var suite = new Suite(store => (IJobStore)Activator.CreateInstance(type, store)!, TimeSpan.FromSeconds(2));

        Assert.NotEmpty(await suite.FailuresAsync(caughtBy));
    }

    [Fact]
    public void Every_broken_store_is_tried()
    {
        var tried = Mistakes.Select(m => m.Data.Item1).Distinct().Order(StringComparer.Ordinal).ToList();

        Assert.Equal(Broken.Select(t => t.Name).Order(StringComparer.Ordinal), tried);
        Assert.True(tried.Count >= 10, $"only {tried.Count} broken stores are tried");
    }

    [Fact]
    public async Task A_sound_store_passes_when_its_cases_are_run_in_the_same_way()
    {
        var suite = new Suite(store => store, TimeSpan.FromMinutes(1));
        foreach (var caughtBy in Mistakes.Select(m => m.Data.Item2).Distinct())
        {
            Assert.Empty(await suite.FailuresAsync(caughtBy));
        }
    }

    /// <summary>The suite as somebody derives it, run by hand.</summary>
    private sealed class Suite(Func<IJobStore, IJobStore> wrap, TimeSpan patience) : JobStoreConformance
    {
        protected override TimeSpan Patience => patience;

        protected override int GeneratedSequences => 100;

        public async Task<List<Exception>> FailuresAsync(string name)
        {
            var method = typeof(JobStoreConformance).GetMethod(name)!;
            var rows = method.GetCustomAttributes<InlineDataAttribute>().Select(d => d.Data).DefaultIfEmpty([]);
            var failures = new List<Exception>();
            foreach (var row in rows)
            {
                await using var one = new Suite(wrap, patience);
                try
                {
                    await (Task)method.Invoke(one, row)!;
                }
#pragma warning disable CA1031 // However a case fails, it has caught the store.
                catch (Exception e)
#pragma warning restore CA1031
                {
                    failures.Add(e);
                }
            }

            return failures;
        }

        protected override ValueTask<IJobStore> CreateAsync(TimeProvider time) =>
            ValueTask.FromResult(wrap(new MemoryJobStore(new MemoryJobStoreOptions(), time)));
    }
}
