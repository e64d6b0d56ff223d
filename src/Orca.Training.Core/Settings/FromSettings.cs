using Microsoft.Extensions.Options;

namespace Orca.Training.Settings;

/// <summary>Something made from the settings that hold, and made anew when others do.</summary>
internal sealed class FromSettings<T>(IOptionsMonitor<OrcaTrainingOptions> settings, Func<OrcaTrainingOptions, T> make)
    where T : class
{
    private Made? _made;

    public T Current
    {
        get
        {
            var holding = settings.CurrentValue;
            var made = _made;
            if (made?.Settings != holding)
            {
                _made = made = new Made(holding, make(holding));
            }

            return made.Value;
        }
    }

    private sealed record Made(OrcaTrainingOptions Settings, T Value);
}
