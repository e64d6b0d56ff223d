namespace Orca.Training.Jobs.Storage.Memory;

/// <summary>
/// Which jobs have a user, an algorithm, a dataset or a label. Its owner's lock guards it.
/// </summary>
/// <remarks>
/// What it costs: about 16 bytes a job for each of these it has, some 250 bytes for each value that only one job has, and a
/// dictionary look-up for each at a submission and when the job is let go. What it saves: one user's ten jobs among a million are found
/// without looking at the million, which takes a third of a second. What is left is looked at one by one: times, names, and what many
/// jobs have each but few together.
/// </remarks>
internal sealed class JobIndex
{
    private static readonly RankedSet None = new();

    private readonly Dictionary<Term, RankedSet> _jobs = [];

    private enum Field
    {
        User,
        Team,
        Algorithm,
        Dataset,
        Group,
        Label,
    }

    public void Add(Job job) => EachTerm(job, static (index, term, id) => index.AddTo(term, id));

    /// <summary>A final job is let go.</summary>
    public void Remove(Job job) => EachTerm(job, static (index, term, id) => index.RemoveFrom(term, id));

    /// <summary>The fewest jobs among which all are that meet the query; null if it asks for nothing that is indexed.</summary>
    public RankedSet? Narrowest(JobQuery query)
    {
        RankedSet? narrowest = null;
        foreach (var term in TermsOf(query))
        {
            var jobs = _jobs.GetValueOrDefault(term, None);
            narrowest = narrowest is null || jobs.Count < narrowest.Count ? jobs : narrowest;
        }

        return narrowest;
    }

    /// <summary>Sets whose jobs together are all those of some owners; null if that is not indexed, since there may be many without a team.</summary>
    public IReadOnlyList<RankedSet>? Of(JobOwners owners)
    {
        if (owners.WithoutTeam)
        {
            return null;
        }

        var terms = owners.Teams.Distinct(StringComparer.Ordinal).Select(team => new Term(Field.Team, "", team));
        return [.. (owners.User is { } user ? terms.Append(new Term(Field.User, "", user)) : terms).Select(term => _jobs.GetValueOrDefault(term, None))];
    }

    private static IEnumerable<Term> TermsOf(JobQuery query)
    {
        if (query.User is { } user)
        {
            yield return new Term(Field.User, "", user);
        }

        if (query.Algorithm is { } algorithm)
        {
            yield return new Term(Field.Algorithm, "", algorithm);
        }

        if (query.DatasetId is { } dataset)
        {
            yield return new Term(Field.Dataset, "", dataset);
        }

        if (query.Group is { } group)
        {
            yield return new Term(Field.Group, "", group);
        }

        foreach (var (name, value) in query.Labels)
        {
            yield return new Term(Field.Label, name, value);
        }
    }

    /// <summary>What a job is found by. The action is handed its arguments, so that none has to be made for a job.</summary>
    private void EachTerm(Job job, Action<JobIndex, Term, JobId> act)
    {
        act(this, new Term(Field.Algorithm, "", job.Request.Algorithm), job.Id);
        act(this, new Term(Field.Dataset, "", job.Request.DatasetId), job.Id);
        if (job.User is { } user)
        {
            act(this, new Term(Field.User, "", user), job.Id);
        }

        if (job.Team is { } team)
        {
            act(this, new Term(Field.Team, "", team), job.Id);
        }

        if (job.Request.Group is { } group)
        {
            act(this, new Term(Field.Group, "", group), job.Id);
        }

        foreach (var (name, value) in job.Request.Labels)
        {
            act(this, new Term(Field.Label, name, value), job.Id);
        }
    }

    private void AddTo(Term term, JobId job)
    {
        if (!_jobs.TryGetValue(term, out var jobs))
        {
            _jobs.Add(term, jobs = new RankedSet());
        }

        jobs.Add(job.Value);
    }

    private void RemoveFrom(Term term, JobId job)
    {
        if (_jobs.TryGetValue(term, out var jobs) && jobs.Remove(job.Value) && jobs.Count == 0)
        {
            _jobs.Remove(term);
        }
    }

    private readonly record struct Term(Field Field, string Name, string Value);
}
