namespace Orca.Training.Scheduling.Capacity;

/// <summary>A policy that can say whether there is room without saying why there is none: no sentence is made that nobody reads.</summary>
internal interface IRoomCheck
{
    bool HasRoom(Resources resources, in Inventory inventory);
}
