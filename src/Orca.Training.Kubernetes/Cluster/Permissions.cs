using k8s;
using k8s.Models;
using Orca.Training.Machines;

namespace Orca.Training.Kubernetes.Cluster;

/// <summary>What the host must be allowed in the namespace. docs/kubernetes.md has the same as a Role.</summary>
internal sealed class Permissions(ClusterConnection cluster, ClusterCalls calls)
{
    public static readonly IReadOnlyList<(string Verb, string Group, string Resource, string? Subresource)> Needed =
    [
        ("create", "batch", "jobs", null),
        ("get", "batch", "jobs", null),
        ("list", "batch", "jobs", null),
        ("delete", "batch", "jobs", null),
        ("list", "", "pods", null),
        ("watch", "", "pods", null),
        ("patch", "", "pods", null),
        ("delete", "", "pods", null),
        ("get", "", "pods", "log"),
        ("list", "", "events", null),
    ];

    /// <summary>Asks for each, so that what is missing is said when the host starts and not by the first job.</summary>
    /// <exception cref="RuntimeUnavailableException">Names all that is missing.</exception>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        const string What = "reading the permissions of the host";
        var answers = await Task.WhenAll(Needed.Select(async need => (need, Review: await calls.AskAsync(
            What,
            token => cluster.Client.AuthorizationV1.CreateSelfSubjectAccessReviewAsync(ReviewOf(need), cancellationToken: token),
            answers: null,
            cancellationToken))));
        var missing = answers.Where(a => !a.Review.Status.Allowed)
            .Select(a => $"{a.need.Verb} {(a.need.Group.Length == 0 ? "" : a.need.Group + "/")}{a.need.Resource}{(a.need.Subresource is null ? "" : "/" + a.need.Subresource)}")
            .ToList();
        if (missing.Count > 0)
        {
            throw calls.Unavailable(What, $"it is not allowed to {string.Join(", ", missing)} in the namespace '{cluster.Namespace}'. Give the host's user a Role as in docs/kubernetes.md");
        }
    }

    private V1SelfSubjectAccessReview ReviewOf((string Verb, string Group, string Resource, string? Subresource) need) => new()
    {
        ApiVersion = "authorization.k8s.io/v1",
        Kind = "SelfSubjectAccessReview",
        Spec = new V1SelfSubjectAccessReviewSpec
        {
            ResourceAttributes = new V1ResourceAttributes
            {
                NamespaceProperty = cluster.Namespace,
                Verb = need.Verb,
                Group = need.Group,
                Resource = need.Resource,
                Subresource = need.Subresource,
            },
        },
    };
}
