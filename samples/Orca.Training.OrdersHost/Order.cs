namespace Orca.Training.OrdersHost;

/// <summary>What a customer orders.</summary>
internal sealed record Order(string Customer, string Algorithm, Dictionary<string, string> Parameters);
