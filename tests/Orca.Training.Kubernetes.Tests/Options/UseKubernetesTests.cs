using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orca.Training.Machines;

namespace Orca.Training.Kubernetes.Tests.Options;

public sealed class UseKubernetesTests
{
    [Fact]
    public void A_machine_is_registered_once_however_often_it_is_configured()
    {
        var machines = 0;
        using var host = Build(b => machines = b.UseKubernetes().UseKubernetes(o => o.ShmMiB = 7).UseKubernetes("second", o => o.Namespace = "lab")
            .Services.Count(s => s.ServiceType == typeof(Machine)));

        // The machines themselves need a cluster: what is registered tells how many there would be.
        Assert.Equal(2, machines);
        Assert.Equal((7, null), (Options(host.Services, "kubernetes").ShmMiB, Options(host.Services, "kubernetes").Namespace));
        Assert.Equal((null, "lab"), (Options(host.Services, "second").ShmMiB, Options(host.Services, "second").Namespace));
    }

    [Fact]
    public void Options_come_from_configuration_and_code_has_the_last_word()
    {
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["OrcaTraining:Machines:kubernetes:Namespace"] = "training",
            ["OrcaTraining:Machines:kubernetes:SchedulingPatience"] = "00:05:00",
            ["OrcaTraining:Machines:kubernetes:NodeSelector:pool"] = "gpu",
            ["OrcaTraining:Machines:kubernetes:ImagePullSecrets:0"] = "registry",
            ["OrcaTraining:Machines:kubernetes:TmpfsMiB"] = "9",
        };
        using var host = Build(b => b.UseKubernetes(o => o.TmpfsMiB = 10), settings);
        var options = Options(host.Services, "kubernetes");

        Assert.Equal(("training", 5, 10), (options.Namespace, options.SchedulingPatience.TotalMinutes, options.TmpfsMiB));
        Assert.Equal("gpu", options.NodeSelector["pool"]);
        Assert.Equal(["registry"], options.ImagePullSecrets);
    }

    public static TheoryData<string, Action<KubernetesOptions>> Wrong => new()
    {
        { nameof(KubernetesOptions.Namespace), o => o.Namespace = "Not A Namespace" },
        { nameof(KubernetesOptions.Namespace), o => o.Namespace = new string('a', 64) },
        { nameof(KubernetesOptions.KubeConfig), o => o.KubeConfig = "/no/such/file" },
        { nameof(KubernetesOptions.Context), o => o.Context = " " },
        { nameof(KubernetesOptions.User), o => o.User = "root" },
        { nameof(KubernetesOptions.User), o => o.User = "0:5" },
        { nameof(KubernetesOptions.TmpfsMiB), o => o.TmpfsMiB = 0 },
        { nameof(KubernetesOptions.ShmMiB), o => o.ShmMiB = 0 },
        { nameof(KubernetesOptions.GpuResource), o => o.GpuResource = "" },
        { nameof(KubernetesOptions.SchedulingPatience), o => o.SchedulingPatience = TimeSpan.Zero },
        { nameof(KubernetesOptions.CallTimeout), o => o.CallTimeout = TimeSpan.FromDays(50) },
        { nameof(KubernetesOptions.WatchLifetime), o => o.WatchLifetime = TimeSpan.FromMilliseconds(10) },
    };

    [Theory]
    [MemberData(nameof(Wrong), DisableDiscoveryEnumeration = true)]
    public void Each_wrong_setting_is_refused_by_its_name(string setting, Action<KubernetesOptions> configure)
    {
        var options = new KubernetesOptions();
        configure(options);
        var result = new KubernetesOptionsValidator().Validate("lab", options);

        Assert.Contains($"OrcaTraining:Machines:lab:{setting} is '", Assert.Single(result.Failures!), StringComparison.Ordinal);
    }

    [Fact]
    public void Defaults_are_right() => Assert.True(new KubernetesOptionsValidator().Validate("kubernetes", new KubernetesOptions()).Succeeded);

    [Fact]
    public void A_context_that_the_file_lacks_is_said_with_the_setting_to_mend()
    {
        var file = Path.GetTempFileName();
        File.WriteAllText(file, "apiVersion: v1\nkind: Config\nclusters: []\ncontexts: []\nusers: []\n");
        using var host = Build(b => b.UseKubernetes("lab", o => (o.KubeConfig, o.Context) = (file, "office")));
        var exception = Assert.Throws<InvalidOperationException>(() => host.Services.GetServices<Machine>().ToList());
        File.Delete(file);

        Assert.Contains("Machine 'lab'", exception.Message, StringComparison.Ordinal);
        Assert.Contains("KubernetesOptions.KubeConfig", exception.Message, StringComparison.Ordinal);
    }

    private static KubernetesOptions Options(IServiceProvider services, string name) =>
        services.GetRequiredService<IOptionsMonitor<KubernetesOptions>>().Get(name);

    private static IHost Build(Action<OrcaTrainingBuilder> use, Dictionary<string, string?>? settings = null)
    {
        var host = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = "tests" });
        host.ConfigureContainer(new DefaultServiceProviderFactory(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true }));
        host.Configuration.AddInMemoryCollection(settings);
        use(host.Services.AddOrcaTraining());
        return host.Build();
    }
}
