using System.Text.Json;
using Orca.Training.Client;
using Orca.Training.Runs;

namespace Orca.Training.AspNetCore.Http;

/// <summary>How pools are spelt in JSON.</summary>
internal static class PoolSpelling
{
    public static void Pool(Utf8JsonWriter json, PoolInfo pool)
    {
        json.WriteStartObject();
        json.WriteString("name", pool.Name);
        json.WriteNumber("weight", pool.Weight);
        json.WriteNumber("queued", pool.Queued);
        json.WriteNumber("running", pool.Running);
        Amount(json, "most", pool.Most);
        Amount(json, "per_user", pool.PerUser);
        RunJson.WriteNumber(json, "max_queued", pool.MaxQueued);
        RunJson.WriteNumber(json, "max_queued_per_user", pool.MaxQueuedPerUser);
        json.WriteStartArray("machines");
        foreach (var machine in pool.Machines)
        {
            json.WriteStartObject();
            json.WriteString("name", machine.Name);
            Amount(json, "used", machine.Used);
            Amount(json, "owned", machine.Owned);
            Amount(json, "total", machine.Total);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Amount(Utf8JsonWriter json, string name, PoolAmount? amount)
    {
        if (amount is null)
        {
            json.WriteNull(name);
            return;
        }

        json.WriteStartObject(name);
        RunJson.WriteNumber(json, "jobs", amount.Jobs);
        RunJson.WriteNumber(json, "cpus", amount.Cpus);
        RunJson.WriteNumber(json, "memory_mib", amount.MemoryMiB);
        RunJson.WriteNumber(json, "gpus", amount.Gpus);
        json.WriteEndObject();
    }
}
