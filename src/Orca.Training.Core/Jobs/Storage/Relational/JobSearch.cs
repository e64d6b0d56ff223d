using static System.FormattableString;

namespace Orca.Training.Jobs.Storage.Relational;

/// <summary>
/// A query as statements. Each condition is a list of ids in their order, along an index of its own. One list leads: its next jobs are looked at, and the other
/// conditions are compared with each of them. So what a statement costs is known from how many jobs it looks at, however many there are. Pure.
/// </summary>
internal sealed class JobSearch
{
    /// <summary>So far are the jobs of a condition counted, to find which one leads.</summary>
    private const int MostCounted = 500;

    /// <summary>Jobs within two times are not in the order of ids: so many can be sorted.</summary>
    private const int MostSorted = 10_000;

    private readonly JobQuery _query;
    private readonly SearchTables _tables;
    private readonly List<(string Name, object? Value)> _parameters = [];
    private readonly List<IdList> _lists = [];

    public JobSearch(JobQuery query, SearchTables tables)
    {
        (_query, _tables) = (query, tables);

        // The first ones are met by the fewest jobs as a rule: they lead where no count says otherwise.
        foreach (var (name, value) in query.Labels)
        {
            var label = $"name = {Parameter(tables.Text(name))} AND value = {Parameter(tables.Text(value))}";
            _lists.Add(new IdList($"labels[{name}]", tables.Labels, "job", [label], $"EXISTS (SELECT 1 FROM {tables.Labels} x WHERE {label} AND x.job = l.id)"));
        }

        // What has no name is not indexed.
        AddText("name", "name", query.Name is { Length: > 0 } named ? named : null, " AND name <> ''");
        AddText("group", "group_name", query.Group);
        AddText("dataset_id", "dataset", query.DatasetId);
        AddText("user", tables.User, query.User);
        AddText("algorithm", "algorithm", query.Algorithm);
        AddOwners();
        AddStates();
        AddTimes();
    }

    /// <summary>What the statements need, <c>@after</c> aside.</summary>
    public IReadOnlyList<(string Name, object? Value)> Parameters => _parameters;

    /// <summary>The conditions, as callers name them.</summary>
    public IReadOnlyList<string> Conditions => [.. _lists.Select(l => l.Condition)];

    /// <summary>Whether it has to be counted which condition leads.</summary>
    public bool IsCounted => _lists.Count > 1 || _lists.Exists(l => l.IsSorted);

    private string Direction => _query.OldestFirst ? "ASC" : "DESC";

    /// <summary>One row: how many jobs meet each condition, as far as they are counted.</summary>
    public string CountText(bool isAfter) =>
        $"SELECT {string.Join(", ", _lists.Select(l => string.Join(" + ", PartsOf(l, isAfter, MostCountedOf(l), "1").Select(p => $"(SELECT count(*) FROM ({p}) AS c)"))))}";

    /// <summary>The condition that leads; -1 for none.</summary>
    /// <param name="counts">What was counted; null where nothing was.</param>
    public int LeadOf(IReadOnlyList<long>? counts)
    {
        var lead = counts is null && _lists.Count > 0 ? 0 : -1;
        for (var i = 0; i < counts?.Count; i++)
        {
            if (!(_lists[i].IsSorted && counts[i] >= MostSorted) && (lead < 0 || counts[i] < counts[lead] || (_lists[i].IsSorted && counts[lead] >= MostCounted)))
            {
                lead = i;
            }
        }

        return lead;
    }

    /// <summary>
    /// At least one row: how many jobs were looked at, the last of them, and those that meet all conditions: id, revision, state and document.
    /// </summary>
    /// <param name="lead">The condition that leads.</param>
    /// <param name="isAfter">Whether only jobs after <c>@after</c> are looked at.</param>
    /// <param name="looks">How many are looked at.</param>
    /// <param name="rows">How many are answered.</param>
    public string LookText(int lead, bool isAfter, int looks, int rows)
    {
        var list = lead < 0 ? new IdList("", _tables.Facts, "id", ["1 = 1"], "") : _lists[lead];
        var parts = PartsOf(list, isAfter, looks, $"{list.Id} AS id").ToList();
        var looked = parts.Count == 1 ? parts[0]
            : Invariant($"SELECT id FROM ({string.Join(" UNION ", parts.Select((p, i) => Invariant($"SELECT id FROM ({p}) AS p{i}")))}) AS p ORDER BY id {Direction} LIMIT {looks}");
        var others = _lists.Where((_, i) => i != lead).Select(l => l.Filter).ToList();
        var facts = others.Exists(o => o.Contains("f.", StringComparison.Ordinal)) ? _tables.Join(_tables.Facts, "f") : "";
        var conditions = others.Count == 0 ? "" : $" WHERE {string.Join(" AND ", others)}";
        return Invariant($"""
            WITH looked AS MATERIALIZED ({looked})
            SELECT p.looks, p.last, m.id, m.revision, m.state, m.document
            FROM (SELECT count(*) AS looks, {(_query.OldestFirst ? "max" : "min")}(id) AS last FROM looked) p
            LEFT JOIN (SELECT j.id, j.revision, j.state, j.document FROM looked l{facts}{_tables.Join(_tables.Jobs, "j")}{conditions}
                       ORDER BY l.id {Direction} LIMIT {rows}) m ON 1 = 1
            ORDER BY m.id {Direction}
            """);
    }

    private static int MostCountedOf(IdList list) => list.IsSorted ? MostSorted : MostCounted;

    private IEnumerable<string> PartsOf(IdList list, bool isAfter, int limit, string columns)
    {
        // The sign keeps a database from walking along the ids where the index is in another order.
        var after = isAfter ? $" AND {(list.IsSorted ? "+" : "")}{list.Id} {(_query.OldestFirst ? ">" : "<")} @after" : "";
        return list.Parts.Select(part => list.IsSorted && limit < MostSorted
            ? Invariant($"SELECT {columns} FROM (SELECT id FROM {list.Table} WHERE {part}{after} LIMIT {2 * MostSorted}) AS s ORDER BY {list.Id} {Direction} LIMIT {limit}")
            : Invariant($"SELECT {columns} FROM {list.Table} WHERE {part}{after}{(list.IsSorted ? "" : $" ORDER BY {list.Id} {Direction}")} LIMIT {limit}"));
    }

    private void AddText(string condition, string column, string? value, string isIndexed = "")
    {
        if (value is not null)
        {
            var text = Parameter(_tables.Text(value));
            _lists.Add(new IdList(condition, _tables.Facts, "id", [$"{column} = {text}{isIndexed}"], $"f.{column} = {text}"));
        }
    }

    private void AddOwners()
    {
        if (_query.Owners is not { } owners)
        {
            return;
        }

        var conditions = new List<(string Column, string Is)>();
        if (owners.User is { } me)
        {
            conditions.Add((_tables.User, $" = {Parameter(_tables.Text(me))}"));
        }

        conditions.AddRange(owners.Teams.Distinct(StringComparer.Ordinal).Select(team => ("team", $" = {Parameter(_tables.Text(team))}")));
        if (owners.WithoutTeam)
        {
            conditions.Add(("team", " IS NULL"));
        }

        _lists.Add(conditions.Count == 0
            ? new IdList("owner", _tables.Facts, "id", ["1 = 0"], "1 = 0")
            : new IdList(
                "owner", _tables.Facts, "id", [.. conditions.Select(c => c.Column + c.Is)], $"({string.Join(" OR ", conditions.Select(c => $"f.{c.Column}{c.Is}"))})"));
    }

    private void AddStates()
    {
        var states = _query.States.Distinct().Order().ToList();
        if (states.Count > 0 && !Enum.GetValues<JobState>().All(states.Contains))
        {
            // What is open and what has finished have indexes of their own.
            _lists.Add(new IdList(
                "states",
                _tables.Jobs,
                "id",
                [.. states.Select(s => Invariant($"state = {(int)s} AND state {(s.IsFinal() ? ">=" : "<")} 3"))],
                Invariant($"j.state IN ({string.Join(", ", states.Select(s => Invariant($"{(int)s}")))})")));
        }
    }

    private void AddTimes()
    {
        var conditions = new List<string>();
        if (_query.SubmittedFrom is { } from)
        {
            conditions.Add($"submitted_at >= {Parameter(from.UtcTicks)}");
        }

        if (_query.SubmittedBefore is { } before)
        {
            conditions.Add($"submitted_at < {Parameter(before.UtcTicks)}");
        }

        if (conditions.Count > 0)
        {
            _lists.Add(new IdList(
                string.Join(" and ", ((string?[])[_query.SubmittedFrom is null ? null : "submitted_from", _query.SubmittedBefore is null ? null : "submitted_before"]).OfType<string>()),
                _tables.Facts,
                "id",
                [string.Join(" AND ", conditions)],
                string.Join(" AND ", conditions.Select(c => $"f.{c}")),
                IsSorted: true));
        }
    }

    private string Parameter(object value)
    {
        var name = Invariant($"@p{_parameters.Count}");
        _parameters.Add((name, value));
        return name;
    }

    /// <param name="Condition">The condition, as callers name it.</param>
    /// <param name="Table">Where its jobs are.</param>
    /// <param name="Id">The column of their ids.</param>
    /// <param name="Parts">Conditions with an index each; a job meets it that meets one of them.</param>
    /// <param name="Filter">The same of one job <c>l</c> that is looked at, with its facts <c>f</c> and its row <c>j</c>.</param>
    /// <param name="IsSorted">Whether its index is in another order than that of ids.</param>
    private sealed record IdList(string Condition, string Table, string Id, IReadOnlyList<string> Parts, string Filter, bool IsSorted = false);
}
