using System.Runtime.CompilerServices;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orca.Training.Machines;

namespace Orca.Training.Docker.Tests.Options;

public sealed class UseDockerTests
{
    [Fact]
    public void A_machine_is_registered_once_however_often_it_is_configured()
    {
        using var services = Build(b => b.UseDocker().UseDocker(o => o.PidsLimit = 7).UseDocker("second", o => o.Gpus = 2));

        Assert.Equal(["docker", "second"], services.GetServices<Machine>().Select(m => m.Name));
        Assert.Equal(7, Options(services, "docker").PidsLimit);
        Assert.Equal((512, 2), (Options(services, "second").PidsLimit, Options(services, "second").Gpus));
    }

    [Fact]
    public void Options_come_from_configuration_and_code_has_the_last_word()
    {
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["OrcaTraining:Machines:docker:Network"] = "lab",
            ["OrcaTraining:Machines:docker:Endpoint"] = "unix:///run/lab.sock",
            ["OrcaTraining:Machines:docker:CallTimeout"] = "00:00:05",
            ["OrcaTraining:Machines:docker:PidsLimit"] = "9",
        };
        using var services = Build(b => b.UseDocker(o => o.PidsLimit = 10), settings);
        var options = Options(services, "docker");

        Assert.Equal(("lab", "unix:///run/lab.sock", 5, 10), (options.Network, options.Endpoint!.ToString(), options.CallTimeout.TotalSeconds, options.PidsLimit));
    }

    [Fact]
    public void A_wrong_setting_is_said_at_start_with_machine_name_value_and_remedy()
    {
        using var services = Build(b => b.UseDocker(o =>
        {
            o.PidsLimit = -5;
            o.Endpoint = new Uri("ssh://host");
        }));
        var exception = Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IStartupValidator>().Validate());

        Assert.Contains("DockerOptions.PidsLimit of machine 'docker' is '-5': a training needs", exception.Message, StringComparison.Ordinal);
        Assert.Contains("DockerOptions.Endpoint of machine 'docker' is 'ssh://host/'", exception.Message, StringComparison.Ordinal);
    }

    public static TheoryData<string, Action<DockerOptions>> Wrong => new()
    {
        { nameof(DockerOptions.Endpoint), o => o.Endpoint = new Uri("relative", UriKind.Relative) },
        { nameof(DockerOptions.Network), o => o.Network = " " },
        { nameof(DockerOptions.User), o => o.User = "root" },
        { nameof(DockerOptions.User), o => o.User = "0:5" },
        { nameof(DockerOptions.User), o => o.User = "1:2:3" },
        { nameof(DockerOptions.TmpfsMiB), o => o.TmpfsMiB = 0 },
        { nameof(DockerOptions.ShmMiB), o => o.ShmMiB = 0 },
        { nameof(DockerOptions.Gpus), o => o.Gpus = -1 },
        { nameof(DockerOptions.MaxConcurrentStarts), o => o.MaxConcurrentStarts = 0 },
        { nameof(DockerOptions.CallTimeout), o => o.CallTimeout = TimeSpan.Zero },
        { nameof(DockerOptions.CallTimeout), o => o.CallTimeout = TimeSpan.FromDays(50) },
    };

    [Theory]
    [MemberData(nameof(Wrong), DisableDiscoveryEnumeration = true)]
    public void Each_wrong_setting_is_refused_by_its_name(string setting, Action<DockerOptions> configure)
    {
        var options = new DockerOptions();
        configure(options);
        var result = new DockerOptionsValidator().Validate("docker", options);

        Assert.Contains($"DockerOptions.{setting} of machine 'docker'", Assert.Single(result.Failures!), StringComparison.Ordinal);
    }

    [Fact]
    public void Defaults_are_right() => Assert.True(new DockerOptionsValidator().Validate("docker", new DockerOptions()).Succeeded);

    [Theory]
    [InlineData("Uid:\t1000\t1001\t1000\t1000", "Gid:\t100\t101\t100\t100", "1001:101")]
    [InlineData("Uid:\t0\t0\t0\t0", "Gid:\t0\t0\t0\t0", "65532:65532")]
    [InlineData("Name:\tdotnet", "Threads:\t9", "65532:65532")]
    public void Containers_run_as_the_host_s_own_user_unless_that_is_root(string uid, string gid, string user) =>
        Assert.Equal(user, HostUser.Parse(["State:\tR (running)", uid, gid]));

    private static DockerOptions Options(IServiceProvider services, string name) =>
        services.GetRequiredService<IOptionsMonitor<DockerOptions>>().Get(name);

    // Core alone makes builders; this package is tested without the rest of a host.
    [UnsafeAccessor(UnsafeAccessorKind.Constructor)]
    private static extern OrcaTrainingBuilder NewBuilder(IServiceCollection services);

    private static ServiceProvider Build(Action<OrcaTrainingBuilder> use, Dictionary<string, string?>? settings = null)
    {
        var services = new ServiceCollection();
        if (settings is not null)
        {
            services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
        }

        use(NewBuilder(services));
        return services.BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });
    }
}
