using System.Collections.Frozen;

namespace Orca.Training.Machines;

/// <summary>
/// Environment variables that a parameter can never set: the container contract's own, and those that change which code programs run or whom
/// they trust, from the manuals of what images are made of. It is the second line: the first are the parameters that an algorithm declares.
/// </summary>
internal static class ReservedVariables
{
    private static readonly FrozenSet<string> Names = FrozenSet.ToFrozenSet(
        [
            // The contract.
            "ALGORITHM_NAME", "MODEL_BUCKET", "MODEL_OBJECT_PREFIX", "RANK", "WORLD_SIZE", "LOCAL_RANK", "MASTER_ADDR", "MASTER_PORT", "TRACEPARENT", "TRACESTATE",

            // Whom a program takes itself for, and where it is.
            "PATH", "HOME", "USER", "LOGNAME", "LNAME", "SHELL", "PWD", "OLDPWD", "HOSTNAME", "TMPDIR", "TMP", "TEMP", "TEMPDIR", "TZDIR",
            "TERM", "TERMCAP", "TERMINFO", "TERMINFO_DIRS",

            // Shells: bash(1), dash(1), zshparam(1), ksh(1).
            "IFS", "ENV", "CDPATH", "FPATH", "SHELLOPTS", "PS0", "PS1", "PS2", "PS3", "PS4", "RPS1", "RPS2", "PROMPT_COMMAND", "POSIXLY_CORRECT", "GLOBIGNORE",
            "EXECIGNORE", "FCEDIT", "HISTFILE", "INPUTRC", "TIMEFORMAT", "ZDOTDIR", "NULLCMD", "READNULLCMD", "MODULE_PATH", "MANPATH", "MAILPATH",

            // What other programs start, and what these read first.
            "EDITOR", "VISUAL", "PAGER", "MANPAGER", "BROWSER", "LESS", "LESSOPEN", "LESSCLOSE", "LESSKEY", "LESSKEYIN", "LESSKEY_SYSTEM", "DISPLAY", "WAYLAND_DISPLAY",
            "XAUTHORITY", "TAR_OPTIONS", "XZ_OPT", "XZ_DEFAULTS", "UNZIPOPT", "ZIPOPT", "GREP_OPTIONS", "MAKEFLAGS", "MAKEFILES", "GNUMAKEFLAGS", "AWKPATH", "AWKLIBPATH",

            // The C library: iconv(1), gettext(3), resolver(5). ld.so(8) is among the prefixes.
            "GCONV_PATH", "GETCONF_DIR", "LOCPATH", "LOCALDOMAIN", "HOSTALIASES", "RES_OPTIONS", "RESOLV_HOST_CONF", "NLSPATH", "OUTPUT_CHARSET", "TEXTDOMAINDIR",
            "LIBPATH", "SHLIB_PATH",

            // Whom programs trust, and by which way they go to the network.
            "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "FTP_PROXY", "RSYNC_PROXY", "SOCKS_PROXY", "SOCKS_SERVER", "RSYNC_RSH", "RSYNC_CONNECT_PROG", "CVS_RSH",
            "SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NETRC", "WGETRC", "SYSTEM_WGETRC", "SASL_PATH", "GNUPGHOME",
            "DOCKER_HOST", "DOCKER_CONFIG", "DOCKER_CONTEXT", "DOCKER_CERT_PATH", "KUBECONFIG", "BOTO_CONFIG",

            // Perl: perlrun(1). PERL5… is among the prefixes.
            "PERLLIB", "PERLIO", "PERLIO_DEBUG", "PERL_UNICODE", "PERL_ENCODING", "PERL_SIGNALS", "PERL_MM_OPT", "PERL_MB_OPT", "PERL_LOCAL_LIB_ROOT",

            // Ruby and its gems; Node.
            "RUBYLIB", "RUBYOPT", "RUBYPATH", "RUBYSHELL", "RUBYLIB_PREFIX", "GEM_HOME", "GEM_PATH", "GEM_SPEC_CACHE", "NODE_OPTIONS", "NODE_PATH", "NODE_EXTRA_CA_CERTS",
            "NODE_TLS_REJECT_UNAUTHORIZED", "NODE_REPL_EXTERNAL_MODULE", "NODE_V8_COVERAGE", "NODE_ICU_DATA", "NODE_COMPILE_CACHE", "NODE_REDIRECT_WARNINGS",

            // Java and what runs on it.
            "JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS", "JDK_JAVA_OPTIONS", "JAVA_OPTIONS", "JAVA_OPTS", "JAVA_HOME", "JRE_HOME", "CLASSPATH", "IBM_JAVA_OPTIONS",
            "OPENJ9_JAVA_OPTIONS", "HADOOP_CLASSPATH", "HADOOP_OPTS",

            // PHP, Tcl, Erlang, Guile, Emacs, Haskell, OCaml, Go.
            "PHPRC", "PHP_INI_SCAN_DIR", "TCLLIBPATH", "TCL_LIBRARY", "TK_LIBRARY", "GUILE_LOAD_PATH", "GUILE_LOAD_COMPILED_PATH", "EMACSLOADPATH", "GHCRTS", "OCAMLRUNPARAM",
            "CAMLRUNPARAM", "CAML_LD_LIBRARY_PATH", "GOFLAGS", "GOPROXY", "GODEBUG", "ELIXIR_ERL_OPTIONS",

            // R: R(1) and Startup. A name such as R_MAX is a parameter's.
            "R_HOME", "R_LIBS", "R_LIBS_USER", "R_LIBS_SITE", "R_PROFILE", "R_PROFILE_USER", "R_ENVIRON", "R_ENVIRON_USER", "R_DEFAULT_PACKAGES", "R_SHARE_DIR", "R_INCLUDE_DIR",
            "R_DOC_DIR", "R_MAKEVARS_USER", "R_MAKEVARS_SITE", "R_TESTS", "R_SESSION_TMPDIR", "R_HISTFILE", "R_BROWSER", "R_PDFVIEWER", "R_ARCH",

            // Compilers, which frameworks start while they train.
            "CC", "CXX", "CFLAGS", "CXXFLAGS", "CPPFLAGS", "LDFLAGS", "CPATH", "C_INCLUDE_PATH", "CPLUS_INCLUDE_PATH", "LIBRARY_PATH", "COMPILER_PATH", "GCC_EXEC_PREFIX",
            "RUSTC", "RUSTC_WRAPPER", "RUSTFLAGS", "PKG_CONFIG", "PKG_CONFIG_PATH", "CUDA_HOME", "CUDA_PATH",

            // Libraries that load others by name.
            "OMP_TOOL", "OMP_TOOL_LIBRARIES", "OMP_TOOL_VERBOSE_INIT", "OMP_DEBUG", "OCL_ICD_VENDORS", "OCL_ICD_FILENAMES", "FLEXIBLAS", "FLEXIBLAS_LIBRARY_PATH",
            "CUDA_INJECTION64_PATH", "CUDA_INJECTION32_PATH", "HDF5_PLUGIN_PATH", "HDF5_PLUGIN_PRELOAD", "GDAL_DRIVER_PATH", "MAGICK_CONFIGURE_PATH", "MAGICK_CODER_MODULE_PATH",
            "QT_PLUGIN_PATH", "QT_QPA_PLATFORM_PLUGIN_PATH", "GTK_PATH", "GTK_MODULES", "ALSA_CONFIG_PATH", "LIBGL_DRIVERS_PATH", "LIBVA_DRIVERS_PATH", "FI_PROVIDER_PATH",
            "NCCL_NET_PLUGIN", "NCCL_TUNER_PLUGIN", "NCCL_PROFILER_PLUGIN", "MPLBACKEND", "MATPLOTLIBRC", "MPLCONFIGDIR", "IPYTHONDIR", "TORCH_HOME", "TORCH_EXTENSIONS_DIR",
            "TF_PLUGGABLE_DEVICE_LIBRARY_PATH", "HYDRA_LAUNCHER", "HYDRA_LAUNCHER_EXEC", "HYDRA_BOOTSTRAP", "HYDRA_BOOTSTRAP_EXEC",

            // What services are handed by who starts them.
            "NOTIFY_SOCKET", "LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES", "DBUS_SESSION_BUS_ADDRESS",
        ],
        StringComparer.OrdinalIgnoreCase);

    private static readonly string[] Prefixes =
        [
            "ORCA_", "TRAINING_DATA", "MINIO_", "AWS_", "S3_", "AZURE_", "GOOGLE_", "VAULT_",

            // ld.so(8), other systems' loaders, and the C library.
            "LD_", "LDR_", "DYLD_", "RTLD_", "_RLD", "GLIBC_", "MALLOC_",

            // Shells, and functions that they take from the environment.
            "BASH", "ZSH_", "READLINE_",

            // Interpreters, their packages and their tools.
            "PYTHON", "PYENV_", "VIRTUAL_ENV", "CONDA_", "MAMBA_", "PIP_", "POETRY_", "JUPYTER_", "PERL5", "NPM_", "YARN_", "BUN_", "DENO_", "BUNDLE_", "BUNDLER_", "LUA_PATH",
            "LUA_CPATH", "LUA_INIT", "RENV_", "JULIA_", "ERL_", "DOTNET_", "CORECLR_", "COMPLUS_", "NUGET_", "CARGO_",

            // Git and ssh run programs by name, and git reads settings from variables with numbers. git(1), ssh(1).
            "GIT_", "SSH_", "SVN_", "GPG_", "SUDO_", "KRB5",

            // Whom programs trust, and where they keep what they run.
            "KUBERNETES_", "OPENSSL_", "GNUTLS_", "P11_", "XDG_", "SYSTEMD_",

            // What is loaded into programs to watch them or to speak for them: OpenMP's, sanitizers', message passing's, compilers' caches.
            "OMP_TOOL_", "KMP_", "GOMP_", "ASAN_", "LSAN_", "MSAN_", "TSAN_", "UBSAN_", "VALGRIND_", "OMPI_", "PMIX_", "PRTE_", "UCX_", "MPICH_", "I_MPI_", "TRITON_",
            "TORCHINDUCTOR_", "NUMBA_CACHE_", "VK_ICD_", "VK_LAYER_", "VK_ADD_", "VK_DRIVER_",

            // What the GPU runtime reads to decide which devices a container sees, whatever it was given. CUDA_VISIBLE_DEVICES is free:
            // it only narrows that.
            "NVIDIA_",
        ];

    public static bool Contains(string name) =>
        Names.Contains(name) || Array.Exists(Prefixes, p => name.StartsWith(p, StringComparison.OrdinalIgnoreCase));
}
