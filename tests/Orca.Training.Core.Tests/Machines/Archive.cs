using System.Text;

namespace Orca.Training.Tests.Machines;

/// <summary>A tar stream of entries that no engine need ever send, written byte by byte.</summary>
internal sealed class Archive
{
    private readonly List<byte> _bytes = [];

    public static byte[] Bytes(string latin1) => Encoding.Latin1.GetBytes(latin1);

    /// <summary>Names and targets: each character is a byte.</summary>
    public Archive Add(char type, string name, string content = "", string target = "", long? size = null)
    {
        var header = new byte[512];
        Put(Bytes(name), 0);
        Put(Bytes("0000644\0"), 100);
        Put(Bytes(Convert.ToString(size ?? content.Length, 8).PadLeft(11, '0')), 124);
        header[156] = (byte)type;
        Put(Bytes(target), 157);
        Put(Bytes("ustar\0" + "00"), 257);
        Put(Bytes("        "), 148);
        Put(Bytes(Convert.ToString(header.Sum(b => b), 8).PadLeft(6, '0') + "\0 "), 148);
        _bytes.AddRange(header);
        _bytes.AddRange(Bytes(content));
        _bytes.AddRange(new byte[(512 - (content.Length % 512)) % 512]);
        return this;

        void Put(byte[] text, int at) => text.CopyTo(header, at);
    }

    public Archive Pax(string key, string value)
    {
        var rest = $" {key}={value}\n";
        var length = rest.Length + 1;
        while (length != rest.Length + length.ToString(System.Globalization.CultureInfo.InvariantCulture).Length)
        {
            length++;
        }

        return Add('x', "pax", string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{length}{rest}"));
    }

    public byte[] End() => [.. _bytes, .. new byte[1024]];
}
