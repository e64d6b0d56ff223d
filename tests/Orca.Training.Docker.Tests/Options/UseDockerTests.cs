using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orca.Training.Machines;

namespace Orca.Training.Docker.Tests.Options;

public sealed class UseDockerTests
{
    [Fact]
    public void A_machine_is_registered_once_however_often_it_is_configured()
    {
        using var host = Build(b => b.UseDocker().UseDocker(o => o.PidsLimit = 7).UseDocker("second", o => o.Gpus = 2));

        Assert.Equal(["docker", "second"], host.Services.GetServices<Machine>().Select(m => m.Name));
        Assert.Equal(7, Options(host.Services, "docker").PidsLimit);
        Assert.Equal((512, 2), (Options(host.Services, "second").PidsLimit, Options(host.Services, "second").Gpus));
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
        using var host = Build(b => b.UseDocker(o => o.PidsLimit = 10), settings);
        var options = Options(host.Services, "docker");

        Assert.Equal(("lab", "unix:///run/lab.sock", 5, 10), (options.Network, options.Endpoint!.ToString(), options.CallTimeout.TotalSeconds, options.PidsLimit));
    }

    [Fact]
    public void A_wrong_setting_is_said_at_start_with_machine_name_value_and_remedy()
    {
        using var host = Build(b => b.UseDocker(o =>
        {
            o.PidsLimit = -5;
            o.Endpoint = new Uri("ssh://host");
        }));
        var exception = Assert.Throws<OptionsValidationException>(() => host.Services.GetRequiredService<IStartupValidator>().Validate());

        Assert.Contains("OrcaTraining:Machines:docker:PidsLimit is '-5': a training needs", exception.Message, StringComparison.Ordinal);
        Assert.Contains("OrcaTraining:Machines:docker:Endpoint is 'ssh://host/'", exception.Message, StringComparison.Ordinal);
    }

    public static TheoryData<string, Action<DockerOptions>> Wrong => new()
    {
        { nameof(DockerOptions.Endpoint), o => o.Endpoint = new Uri("relative", UriKind.Relative) },
        { nameof(DockerOptions.Network), o => o.Network = " " },
        { nameof(DockerOptions.Network), o => o.Network = "host" },
        { nameof(DockerOptions.Network), o => o.Network = " Host" },
        { nameof(DockerOptions.Network), o => o.Network = "container:web" },
        { nameof(DockerOptions.Network), o => o.Network = "ns:/proc/1/ns/net" },
        { nameof(DockerOptions.Network), o => o.Network = "slirp4netns:allow_host_loopback=true" },
        { nameof(DockerOptions.Network), o => o.Network = "a b" },
        { nameof(DockerOptions.HomeMiB), o => o.HomeMiB = 0 },
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

        Assert.Contains($"OrcaTraining:Machines:docker:{setting} is", Assert.Single(result.Failures!), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("none", false)]
    [InlineData("bridge", false)]
    [InlineData("my_net-2.x", false)]
    [InlineData("host", true)]
    [InlineData("container:web", true)]
    public void A_network_of_its_own_is_taken_and_a_foreign_one_by_a_setting_that_nobody_makes_by_mistake(string network, bool isForeign) =>
        Assert.True(new DockerOptionsValidator().Validate("docker", new DockerOptions { Network = network, LetTrainingsIntoForeignNetworks = isForeign }).Succeeded);

    [Theory]
    [InlineData("1000:1000", "1000:1000", false, true)]
    [InlineData("1000:5", "1000:1000", false, true)]
    [InlineData("1001:1000", "1000:1000", false, false)]
    [InlineData("1001", "65532:65532", true, true)]
    public void A_user_who_cannot_use_the_host_s_folders_is_told_at_start(string user, string host, bool isRoot, bool isRight) =>
        Assert.Equal(isRight, HostUser.FolderFault(user, host, isRoot) is null);

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

    private static IHost Build(Action<OrcaTrainingBuilder> use, Dictionary<string, string?>? settings = null)
    {
        var host = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = "tests" });
        host.ConfigureContainer(new DefaultServiceProviderFactory(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true }));
        host.Configuration.AddInMemoryCollection(settings);
        use(host.Services.AddOrcaTraining());
        return host.Build();
    }
}
