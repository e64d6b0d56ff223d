using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orca.Training.Settings;

namespace Orca.Training.Docs.Tests;

/// <summary>What is written about the configuration is what the code reads.</summary>
public sealed class ConfigurationTests
{
    [Fact]
    public void The_page_is_what_the_options_say() => GeneratedFile.Check("docs/configuration.md", ConfigurationPage.Text());

    [Fact]
    public void The_schemas_are_what_the_options_say()
    {
        GeneratedFile.Check("docs/appsettings.schema.json", ConfigurationSchema.Whole());
        Assert.All(Packages.Assemblies, package =>
        {
            if (ConfigurationSchema.Of(package) is { } schema)
            {
                GeneratedFile.Check($"src/{package.GetName().Name}/ConfigurationSchema.json", schema);
            }
        });
    }

    [Fact]
    public void No_options_are_left_out()
    {
        var options = Packages.Assemblies.SelectMany(a => a.GetExportedTypes()).Where(t => t.Name.EndsWith("Options", StringComparison.Ordinal) && t.GetConstructor([]) is not null);

        Assert.Empty(options.Except(OptionsSection.All.Select(s => s.Options)).Select(t => $"{t} is in no section: add it to OptionsSection.All, with the path that it is read from"));
    }

    [Fact]
    public void Every_documented_key_means_something_to_a_host_with_every_package()
    {
        var settings = from section in OptionsSection.All
                       from setting in section.Settings
                       select setting.ExampleAt(section.Example);

        Assert.Empty(Unknown(b => b.AddInMemoryCollection(settings)));
        Assert.Single(Unknown(b => b.AddInMemoryCollection(settings.Append(new("OrcaTraining:Machines:docker:Nothing", "x")))));
    }

    [Fact]
    public void The_sample_s_settings_all_mean_something() =>
        Assert.Empty(Unknown(b => b.AddJsonFile(Path.Combine(Repository.Folder, "samples", "Orca.Training.SampleHost", "appsettings.json")), isChecked: true));

    /// <summary>The settings that mean nothing to a host with every package.</summary>
    /// <exception cref="OptionsValidationException"><paramref name="isChecked"/> is set, and a value does not fit.</exception>
    internal static List<string> Unknown(Action<IConfigurationBuilder> configure, bool isChecked = false)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = "tests" });
        configure(builder.Configuration);
        builder.Services.AddOrcaTraining().UseDocker().UseKubernetes().UseSqlite("Data Source=none.db").UsePostgreSql("Host=none").UseMinio(o => (o.Endpoint, o.AccessKey, o.SecretKey) = ("http://none", "none", "none"));
        using var host = builder.Build();
        if (isChecked)
        {
            host.Services.GetRequiredService<IStartupValidator>().Validate();
        }

        var keys = host.Services.GetRequiredService<SettingsCheck>().Keys;
        return [.. host.Services.GetServices<SettingsSource>().SelectMany(s => s.FaultsBy(keys)).Where(f => f.IsUnknown).Select(f => f.ToString())];
    }
}
