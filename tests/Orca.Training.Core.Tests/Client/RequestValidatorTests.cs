using Orca.Training.Client;
using Orca.Training.Jobs;

namespace Orca.Training.Tests.Client;

/// <summary>What is wrong with a request: each field by its name in the contract, with a sentence that says what would be right.</summary>
public sealed class RequestValidatorTests
{
    private const string NotAName = "The name becomes an environment variable: give letters, digits and '_', not starting with a digit.";
    private const string IsReserved = "The name is reserved: it would change how the container works. Give another name.";
    private const string LabelRule = "Give a name and a value of at most 128 characters each.";

    private static readonly TrainingRequest Good = new() { Algorithm = "a", DatasetId = "d" };

    [Fact]
    public void A_request_with_the_least_and_one_with_all_are_right()
    {
        var all = Good with
        {
            DatasetVersion = new string('f', 64),
            Name = "A name with spaces, ä and 中",
            OutputModelName = "m",
            Parameters = new Dictionary<string, string> { ["EPOCHS"] = "3", ["_x9"] = "", ["lr"] = "multi\nline", ["P"] = new('v', 4096), [new('N', 64)] = "1" },
            Labels = new Dictionary<string, string> { ["team"] = "", [new('l', 128)] = new('v', 128) },
        };

        Assert.Empty(New().Check(Good));
        Assert.Empty(New().Check(all));
        Assert.Empty(New().Check(Good with { Algorithm = "b", Name = new string('n', 128) }));
    }

    public static TheoryData<string, TrainingRequest, string, string> Fields => new()
    {
        { "no algorithm", Good with { Algorithm = "" }, "algorithm", "It is empty: give a name." },
        { "unknown algorithm", Good with { Algorithm = "c" }, "algorithm", "'c' is unknown: this service has 'a', 'b'." },
        { "algorithm in another case", Good with { Algorithm = "A" }, "algorithm", "'A' is unknown: this service has 'a', 'b'." },
        { "no dataset", Good with { DatasetId = "" }, "dataset_id", "It is empty: give a name." },
        { "blank dataset", Good with { DatasetId = " " }, "dataset_id", "It is empty: give a name." },
        { "long dataset", Good with { DatasetId = new string('d', 129) }, "dataset_id", "It has 129 characters: give at most 128." },
        { "dataset with a line", Good with { DatasetId = "a\nb" }, "dataset_id", "It has a control character: give printable text." },
        { "blank name", Good with { Name = " \t" }, "name", "It is empty: give a name." },
        { "long name", Good with { Name = new string('n', 200) }, "name", "It has 200 characters: give at most 128." },
        { "name with an escape", Good with { Name = "\u001b[2J" }, "name", "It has a control character: give printable text." },
        { "long model", Good with { OutputModelName = new string('n', 129) }, "output_model_name", "It has 129 characters: give at most 128." },
        { "long version", Good with { DatasetVersion = new string('f', 129) }, "train_data_version_hash", "It has 129 characters: give at most 128." },
        { "no workers", Good with { Workers = 0 }, "workers", "0 is not valid here: give 1, since no machine of this service runs distributed trainings." },
        { "two workers", Good with { Workers = 2 }, "workers", "2 is not valid here: give 1, since no machine of this service runs distributed trainings." },
        { "nameless parameter", With("", "1"), "parameters[]", NotAName },
        { "parameter of a digit", With("1X", "1"), "parameters[1X]", NotAName },
        { "parameter with a hyphen", With("a-b", "1"), "parameters[a-b]", NotAName },
        { "parameter with an equals sign", With("A=B", "1"), "parameters[A=B]", NotAName },
        { "parameter in another script", With("é", "1"), "parameters[é]", NotAName },
        { "long parameter", With(new string('N', 65), "1"), $"parameters[{new string('N', 64)}…]", "The name has 65 characters: give at most 64." },
        { "parameter with a NUL", With("LR", "a\0b"), "parameters[LR]", "The value has a NUL character: give text." },
        { "long value", With("LR", new string('1', 4097)), "parameters[LR]", "The value has 4097 characters: give at most 4096." },
        { "many parameters", Good with { Parameters = Many(129) }, "parameters", "There are 129: give at most 128." },
        { "many labels", Good with { Labels = Many(33) }, "labels", "There are 33: give at most 32." },
        { "nameless label", Good with { Labels = One(" ", "v") }, "labels[ ]", LabelRule },
        { "long label", Good with { Labels = One(new string('l', 129), "v") }, $"labels[{new string('l', 64)}…]", LabelRule },
        { "label with a long value", Good with { Labels = One("l", new string('v', 129)) }, "labels[l]", LabelRule },
        { "label with a control character", Good with { Labels = One("a\u001b", "v") }, "labels[a\u001b]", "It has a control character: give printable text." },
        { "label whose value has a NUL", Good with { Labels = One("l", "\0") }, "labels[l]", "It has a control character: give printable text." },
    };

    [Theory]
    [MemberData(nameof(Fields), DisableDiscoveryEnumeration = true)]
    public void A_field_that_is_wrong_is_named_with_what_would_be_right(string what, TrainingRequest request, string field, string description)
    {
        var violation = Assert.Single(New().Check(request));

        Assert.Equal((what, field, description), (what, violation.Field, violation.Description));
    }

    [Theory]
    [InlineData("ORCA_JOB_ID")]
    [InlineData("orca_output_path")]
    [InlineData("ORCA_ANYTHING")]
    [InlineData("ALGORITHM_NAME")]
    [InlineData("TRAINING_DATA_PATH")]
    [InlineData("TRAINING_DATASET_ID")]
    [InlineData("TRAINING_DATASET_VERSION_HASH")]
    [InlineData("Training_Data_Bucket")]
    [InlineData("MODEL_BUCKET")]
    [InlineData("MODEL_OBJECT_PREFIX")]
    [InlineData("MINIO_SERVER")]
    [InlineData("AWS_ACCESS_KEY_ID")]
    [InlineData("aws_endpoint_url")]
    [InlineData("RANK")]
    [InlineData("world_size")]
    [InlineData("MASTER_ADDR")]
    [InlineData("MASTER_PORT")]
    [InlineData("PATH")]
    [InlineData("path")]
    [InlineData("Path")]
    [InlineData("HOME")]
    [InlineData("LD_PRELOAD")]
    [InlineData("ld_library_path")]
    [InlineData("PYTHONPATH")]
    [InlineData("pythonstartup")]
    [InlineData("BASH_ENV")]
    [InlineData("HTTPS_PROXY")]
    [InlineData("https_proxy")]
    [InlineData("NODE_OPTIONS")]
    [InlineData("JAVA_TOOL_OPTIONS")]
    [InlineData("_JAVA_OPTIONS")]
    [InlineData("JDK_JAVA_OPTIONS")]
    [InlineData("OPENSSL_CONF")]
    [InlineData("OPENSSL_MODULES")]
    [InlineData("NVIDIA_VISIBLE_DEVICES")]
    [InlineData("nvidia_driver_capabilities")]
    [InlineData("PERLLIB")]
    [InlineData("PERL5DB")]
    public void A_reserved_name_is_no_parameter(string name)
    {
        var violation = Assert.Single(New().Check(With(name, "1")));

        Assert.Equal(($"parameters[{name}]", IsReserved), (violation.Field, violation.Description));
    }

    [Theory]
    [InlineData("EPOCHS")]
    [InlineData("LR")]
    [InlineData("BATCH_SIZE")]
    [InlineData("RANKS")]
    [InlineData("PATHS")]
    [InlineData("MODEL")]
    [InlineData("TRAINING_STEPS")]
    [InlineData("OMP_NUM_THREADS")]
    [InlineData("CUDA_VISIBLE_DEVICES")]
    [InlineData("USERNAME")]
    public void A_name_that_only_looks_like_a_reserved_one_is_free(string name) => Assert.Empty(New().Check(With(name, "1")));

    [Fact]
    public void All_that_is_wrong_is_said_at_once_in_a_fixed_order()
    {
        var request = new TrainingRequest
        {
            Algorithm = "",
            DatasetId = "",
            Name = " ",
            OutputModelName = " ",
            DatasetVersion = " ",
            Parameters = new Dictionary<string, string> { ["b-"] = "\0", ["PATH"] = "x" },
            Labels = One("", ""),
            Workers = -1,
        };

        Assert.Equal(
            ["algorithm", "dataset_id", "name", "output_model_name", "train_data_version_hash", "parameters[PATH]", "parameters[b-]", "parameters[b-]", "labels[]", "workers"],
            New().Check(request).Select(v => v.Field));
    }

    [Fact]
    public void Limits_are_settings()
    {
        var validator = New(new RequestLimits { NameLength = 3, Parameters = 2, ParameterNameLength = 2, ParameterValueLength = 1, Labels = 1, LabelLength = 2 }, maxRanks: 8);
        var request = Good with
        {
            Name = "four",
            Parameters = new Dictionary<string, string> { ["ABC"] = "1", ["B"] = "12" },
            Labels = One("abc", ""),
            Workers = 9,
        };

        Assert.Equal(
            [
                ("name", "It has 4 characters: give at most 3."),
                ("parameters[ABC]", "The name has 3 characters: give at most 2."),
                ("parameters[B]", "The value has 2 characters: give at most 1."),
                ("labels[abc]", "Give a name and a value of at most 2 characters each."),
                ("workers", "9 is not valid here: give 1 to 8."),
            ],
            validator.Check(request).Select(v => (v.Field, v.Description)));
        Assert.Equal("There are 3: give at most 2.", Assert.Single(validator.Check(Good with { Parameters = Many(3) })).Description);
        Assert.Empty(validator.Check(Good with { Workers = 8 }));
    }

    [Fact]
    public void A_service_without_algorithms_says_so()
    {
        var violation = Assert.Single(new RequestValidator(new RequestLimits(), [], 1).Check(Good));

        Assert.Equal("'a' is unknown: this service has no algorithms.", violation.Description);
    }

    private static RequestValidator New(RequestLimits? limits = null, int maxRanks = 1) => new(limits ?? new RequestLimits(), ["b", "a"], maxRanks);

    private static TrainingRequest With(string parameter, string value) => Good with { Parameters = One(parameter, value) };

    private static Dictionary<string, string> One(string name, string value) => new() { [name] = value };

    private static Dictionary<string, string> Many(int count) => Enumerable.Range(0, count).ToDictionary(i => $"P{i}", i => "1");
}
