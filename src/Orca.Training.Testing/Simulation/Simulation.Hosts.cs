
namespace Orca.Training.Testing.Simulation;

/// <summary>What happens to hosts: who decides, who stands still, who dies.</summary>
internal sealed partial class Simulation
{
    /// <summary>A host that does not decide asks for the lease.</summary>
    private void Elect()
    {
        if (_isStoreDown)
        {
            return;
        }

        foreach (var host in _hosts.Where(h => h is { IsDeciding: false, IsPaused: false }))
        {
            if (_store.Acquire(host.Holder, _now, SimulatedHost.LeaseDuration) is { } term)
            {
                host.TrustedUntil = _now + SimulatedHost.Trust;
                Note(() => $"host {host.Number} decides, term {term}");
                Step(host, host.Begin(term, _store));
                return;
            }
        }
    }

    /// <summary>
    /// Who decides and does not stand still renews its lease; whose trust is over finds that out, sooner or later: until then it goes on, as
    /// a process does that was stopped in the middle of something.
    /// </summary>
    private void KeepLeases()
    {
        foreach (var host in _hosts.Where(h => h is { IsDeciding: true, IsPaused: false }))
        {
            if (_now >= host.TrustedUntil)
            {
                if (!_isFaulty || _random.Next(2) == 0)
                {
                    EndTerm(host, "trusts its lease no more");
                }
            }
            else if (!_isStoreDown && _store.Acquire(host.Holder, _now, SimulatedHost.LeaseDuration) == host.Term)
            {
                host.TrustedUntil = _now + SimulatedHost.Trust;
            }
        }

        if (!_isFaulty)
        {
            Elect();
        }
    }

    private void EndTerm(SimulatedHost host, string why)
    {
        Note(() => $"host {host.Number} {why}");
        DropSome(host);
        if (!_isStoreDown)
        {
            _store.Release(host.Term);
        }

        host.EndTerm(_holders++);
    }

    /// <summary>The host crashes: answers on their way are lost, and effects on their way may still land, or not.</summary>
    private void Crash(SimulatedHost host)
    {
        Note(() => $"host {host.Number} crashes and starts again");
        DropSome(host);
        host.EndTerm(_holders++);
        host.IsPaused = false;
    }

    private void DropSome(SimulatedHost host) => _effects.RemoveAll(w => w.Host == host && _random.Next(2) == 0);

    private void PauseOrWake(SimulatedHost host)
    {
        host.IsPaused = !host.IsPaused;
        Note(() => $"host {host.Number} {(host.IsPaused ? "stands still" : "goes on")}");
        if (host.IsPaused && _random.Next(2) == 0)
        {
            // For longer than its lease lasts: another one takes over.
            PassTime(SimulatedHost.LeaseDuration * 2);
            Elect();
        }
    }

    private void JumpClock(SimulatedHost host)
    {
        host.ClockOffset = TimeSpan.FromSeconds(_random.Next(10) == 0 ? _random.Next(-40_000_000, 40_000_001) : _random.Next(-120, 121));
        Note(() => $"host {host.Number}: its clock is off by {host.ClockOffset.TotalSeconds} s");
    }
}
