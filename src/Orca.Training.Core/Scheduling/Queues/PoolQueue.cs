using Orca.Training.Scheduling.Capacity;
using Orca.Training.Scheduling.Facts;
using Orca.Training.Scheduling.Rooms;

namespace Orca.Training.Scheduling.Queues;

/// <summary>What waits and what is in use in one pool.</summary>
internal sealed class PoolQueue(PoolFacts facts)
{
    private readonly Dictionary<ShapeKey, Shape> _shapes = [];
    private readonly Dictionary<string, UserLine> _users = new(StringComparer.Ordinal);
    private readonly List<UserLine> _active = [];

    public PoolFacts Facts
    {
        get;
        set
        {
            field = value;
            Weight = WeightOf(value);
            Change();
        }
    } = facts;

    public string Name => Facts.Name;

    /// <summary>The machines that the pool may use, in the order in which they are filled.</summary>
    public List<Room> Rooms { get; } = [];

    /// <summary>The other pools that may use some of these machines.</summary>
    public List<PoolQueue> Rivals { get; } = [];

    /// <summary>Its weight among its rivals, in thousandths.</summary>
    public long Weight { get; private set; } = WeightOf(facts);

    /// <summary>Whether nothing waits and nothing is open.</summary>
    public bool IsIdle => Waiting == 0 && Open == 0;

    /// <summary>Grows whenever something happened after which what did not fit may fit: the count of all that did, of whatever pool or machine.</summary>
    public long Releases { get; private set; } = 1;

    /// <summary>Grows with whatever changes whose turn it is.</summary>
    public long Changes { get; private set; }

    /// <summary>Whose turn it is, as last worked out.</summary>
    public LineUp LineUp { get; set; }

    /// <summary>Whether nothing can start that could not before: nothing has come and no room was given back since it was last found so.</summary>
    public bool IsSettled { get; set; }

    /// <summary>Whether there are shapes of which it has not been found out whether they fit at all.</summary>
    public bool HasNewShapes { get; set; }

    /// <summary>How many jobs wait.</summary>
    public int Waiting { get; private set; }

    public Resources Used { get; private set; }

    public int Open { get; private set; }

    public long Running { get; private set; }

    public Int128 Use { get; private set; }

    /// <summary>What an attempt costs that takes all of it: what the pool owns, and what nobody owns of its machines.</summary>
    public Resources Basis { get; set; }

    /// <summary>The users who have something that waits or is under way.</summary>
    public List<UserLine> Active => _active;

    /// <summary>All users with anything to remember.</summary>
    public IEnumerable<UserLine> Users => _users.Values;

    public Dictionary<ShapeKey, Shape>.ValueCollection Shapes => _shapes.Values;

    public UserLine? Find(string user) => _users.GetValueOrDefault(user);

    /// <summary>Something changed that decides whose turn it is.</summary>
    public void Change() => Changes++;

    /// <summary>What did not fit may fit now.</summary>
    public void Release(long releases)
    {
        Releases = releases;
        IsSettled = false;
    }

    public ShapeLine Enqueue(string user, ShapeKey key, long orderKey, DateTimeOffset since)
    {
        if (!_shapes.TryGetValue(key, out var shape))
        {
            _shapes.Add(key, shape = new Shape(this, key));
            HasNewShapes = true;
        }

        var who = UserOf(user);
        var line = who.LineOf(shape);
        if (line is null)
        {
            if (who.IsIdle)
            {
                _active.Add(who);
            }

            who.Lines.Add(line = new ShapeLine(who, shape));
        }

        if (line.Keys.Add(orderKey))
        {
            shape.Waiting++;
            Waiting++;
            who.Wait(since);
            Change();
            IsSettled &= !shape.MayFit;
        }

        return line;
    }

    public void Dequeue(ShapeLine line, long orderKey)
    {
        if (!line.Keys.Remove(orderKey))
        {
            return;
        }

        Waiting--;
        Change();
        if (--line.Shape.Waiting == 0)
        {
            _shapes.Remove(line.Shape.Key);
        }

        if (line.Keys.Count == 0)
        {
            line.User.Lines.Remove(line);
            if (line.User.Lines.Count == 0)
            {
                line.User.Wait(null);
                ForgetIfIdle(line.User);
            }
        }
    }

    /// <summary>An attempt takes room, or, with a sign of -1, gives it back.</summary>
    public UserLine Count(string user, Resources given, long costRate, int sign)
    {
        var who = UserOf(user);
        if (sign > 0 && who.IsIdle)
        {
            _active.Add(who);
        }

        Used = sign > 0 ? Used + given : Used - given;
        who.Used = sign > 0 ? who.Used + given : who.Used - given;
        Open += sign;
        who.Open += sign;
        Change();
        Running += sign * costRate;
        who.Running += sign * costRate;
        if (sign < 0)
        {
            ForgetIfIdle(who);
        }

        return who;
    }

    /// <summary>Adds to what a user has used.</summary>
    public void Charge(string user, Int128 use)
    {
        Change();
        UserOf(user).Use += use;
        Use += use;
    }

    /// <summary>All use so far counts for this many halves less; who has nothing left to remember is forgotten.</summary>
    public void Halve(int times)
    {
        Change();
        Use = 0;
        foreach (var user in _users.Values)
        {
            user.Use = times < 127 ? user.Use >> times : 0;
            Use += user.Use;
            if (user.IsIdle && user.Use == 0)
            {
                _users.Remove(user.Name);
            }
        }
    }

    private static long WeightOf(PoolFacts facts) => Math.Max(1, (long)(facts.Weight * 1000));

    private UserLine UserOf(string user)
    {
        if (!_users.TryGetValue(user, out var who))
        {
            _users.Add(user, who = new UserLine(user));
        }

        return who;
    }

    private void ForgetIfIdle(UserLine who)
    {
        if (who.IsIdle)
        {
            _active.Remove(who);
        }
    }
}
