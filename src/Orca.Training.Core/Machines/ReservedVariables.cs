using System.Collections.Frozen;

namespace Orca.Training.Machines;

/// <summary>Environment variables that a parameter can never set: the container contract's own, and those that change how programs load code.</summary>
internal static class ReservedVariables
{
    private static readonly FrozenSet<string> Names = FrozenSet.ToFrozenSet(
        [
            "ALGORITHM_NAME", "MODEL_BUCKET", "MODEL_OBJECT_PREFIX", "RANK", "WORLD_SIZE", "LOCAL_RANK", "MASTER_ADDR", "MASTER_PORT", "TRACEPARENT", "TRACESTATE",
            "PATH", "HOME", "USER", "SHELL", "IFS", "ENV", "BASH_ENV", "HOSTNAME", "TMPDIR",
            "GCONV_PATH", "LOCPATH", "NLSPATH", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY",
            "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE",
            "PERL5LIB", "PERL5OPT", "PERL5DB", "PERLLIB", "RUBYLIB", "RUBYOPT", "NODE_OPTIONS", "NODE_PATH",
            "JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS", "JDK_JAVA_OPTIONS", "CLASSPATH",
        ],
        StringComparer.OrdinalIgnoreCase);

    private static readonly string[] Prefixes =
        [
            "ORCA_", "TRAINING_DATA", "MINIO_", "AWS_", "S3_", "LD_", "DYLD_", "GLIBC_", "MALLOC_", "PYTHON", "DOTNET_", "CORECLR_", "KUBERNETES_", "OPENSSL_",
            // What the GPU runtime reads to decide which devices a container sees, whatever it was given. CUDA_VISIBLE_DEVICES is free:
            // it only narrows that.
            "NVIDIA_",
        ];

    public static bool Contains(string name) =>
        Names.Contains(name) || Array.Exists(Prefixes, p => name.StartsWith(p, StringComparison.OrdinalIgnoreCase));
}
