"""The programs that call clouds, by the product name that each writes into its user agent (RFC 9110, 10.1.5).

Kinds are finer than interfaces where evidence beside the user agent may make the difference: `interface_evidence`.
Sources: the AWS SDKs and Tools reference guide (`exec-env/`, `os/`, `md/`) and CloudTrail's own records; the Google
Cloud CLI and client libraries (`MakeUserAgentString`, "gl-… gccl/… gax/… grpc/…"); the Azure SDK guidelines, "Telemetry
policy" (`azsdk-<language>-<package>/<version>`), the Azure CLI and Azure PowerShell; the Terraform, Pulumi and Ansible
providers; Kubernetes client-go (`<program>/<version> (<os>/<arch>) kubernetes/<commit>`); the HTTP libraries' defaults.
"""

import re
from functools import lru_cache

CACHE_SIZE = 4_096
"""Product names remembered."""

MAX_PRODUCT_CHARS = 64
"""A longer name is no product's."""

CONSOLE = "console"
CLOUD_SHELL = "cloud shell"
CLI = "cli"
IAC = "iac"
SDK = "sdk"
SCRIPT = "script"
"""A general HTTP library: whoever wrote the script chose the calls."""
RUNTIME = "runtime"
"""A language's own name: said beside a library's, it says nothing; alone it is a script."""
APP_LIBRARY = "app library"
"""An HTTP library that programs on phones and desktops are built with: Microsoft's own too."""
AI_AGENT = "ai agent"
AGENT = "agent"
SERVICE = "service"
SERVICE_NAME = "service name"
IAC_SERVICE = "iac service"
BACKEND = "aws backend"
BROWSER = "browser"
WEB = "web"
"""A browser on a web application that is no cloud's console: Exchange's own."""
UNKNOWN = "unknown"
NONE = "none"

INTERFACES = {
    CLOUD_SHELL: "cloud_shell",
    SCRIPT: "sdk",
    RUNTIME: "sdk",
    APP_LIBRARY: "sdk",
    AI_AGENT: "agent",
    SERVICE_NAME: "service",
    IAC_SERVICE: "iac",
    BACKEND: "service",
    WEB: "browser",
    NONE: "unknown",
}
"""The interface of each kind that is not named as its interface is."""

ORDER = (CLOUD_SHELL, AI_AGENT, IAC, CLI, AGENT, CONSOLE, BACKEND, SERVICE, SDK, APP_LIBRARY, SCRIPT, RUNTIME)
"""Which kind counts when a user agent names several products: the program before the library it is built on."""

_NAMES = {
    AI_AGENT: (
        "claude claude-code claude-cli claude-user codex codex_cli_rs chatgpt-user gemini-cli geminicli cursor "
        "windsurf cline aider goose kiro kiro-cli langchain langgraph crewai autogen modelcontextprotocol "
        "cursor-agent"
    ),
    IAC: (
        "terraform opentofu hashicorp pulumi aws-cdk cdk aws-cloudformation cloudformation crossplane ansible "
        "packer terragrunt bicep saltstack chef puppet kcc cnrm config-connector argocd flux declarativeclientlib "
        "spacelift atlantis env0"
    ),
    CLI: (
        "aws-cli aws-sam-cli aws-tools-powershell awsebcli chalice-cli copilot-cli eksctl kubectl helm k9s oc "
        "gcloud gsutil bq gke-gcloud-auth-plugin gke-exec-auth-plugin azurecli azure-cli azurepowershell "
        "windowsazurepowershell azureps azcopy azd azdev psversion git npm pnpm yarn pip cargo rubygems gh "
        "github-cli s3cmd rclone okta-cli"
    ),
    AGENT: (
        "amazon-ssm-agent amazon-ecs-agent amazon-cloudwatch-agent cwagent aws-for-fluent-bit fluentbit vector "
        "logstash cloud-sql-proxy cloud_sql_proxy fluent-bit fluentd kubelet cluster-autoscaler "
        "node-problem-detector oktaverify oktadevicesdk skydrivesync onedrivesync microsoftoffice walinuxagent "
        "windows-azuread-authentication-provider dsreg telegraf prometheus osqueryd cyberduck winscp onedrive teams "
        "aws-node"
    ),
    CONSOLE: "o365adminportal azureportal",
    BACKEND: "aws-internal coral",
    SERVICE: (
        "aws.internal awslambda-worker elb-healthchecker amazon-route53-health-check-service bigstorefile "
        "apis-google google-cloud-scheduler google-cloud-tasks cloudpubsub-google azure-resource-manager bav2ropc "
        "cbainprod cbaintar mswac skypespaces teamsmiddletier mruservice okta-integrations"
    ),
    SDK: (
        "boto3 botocore boto rusoto aws-chalice apitools gccl gax gapic gcloud-node gcloud-python gcloud-golang "
        "google-api-python-client google-api-go-client google-api-nodejs-client google-api-dotnet-client "
        "google-http-java-client google-auth-library-python grpc go-autorest msrest msrest_azure msal adal "
        "azure-sdk kubernetes client-go openapi-generator swagger-codegen s3fs okta-sdk-python okta-sdk-golang "
        "okta-sdk-java okta-sdk-dotnet aws-credentials-for-github-actions "
        "configure-aws-credentials-for-github-actions"
    ),
    APP_LIBRARY: "okhttp axios dalvik cfnetwork alamofire winhttp nsurlsession volley ktor-client dart",
    SCRIPT: (
        "curl libcurl wget python-requests python-urllib python-urllib3 python-httplib2 python-httpx httpx urllib3 "
        "aiohttp go-http-client go-resty fasthttp node-fetch undici got superagent apache-httpclient ahc jersey "
        "reqwest hyper faraday rest-client httparty typhoeus guzzlehttp libwww-perl lwp-simple powershell "
        "windowspowershell postmanruntime insomnia httpie xh scrapy mechanize restsharp resty k6 hackney"
    ),
    RUNTIME: "python java ruby php perl node nodejs deno bun go rust",
    BROWSER: "mozilla opera chrome firefox safari msie edge edg",
}
KINDS = {name: kind for kind, names in _NAMES.items() for name in names.split()}
"""Product name, in lower case -> kind."""

_PREFIXES = (
    # The longer before what it begins with.
    ("google-cloud-sdk", CLI),
    ("awspowershell", CLI),
    ("az.", CLI),
    ("terraform-", IAC),
    ("pulumi", IAC),
    ("crossplane-", IAC),
    ("google-terraform", IAC),
    ("argocd-", IAC),
    ("claude-", AI_AGENT),
    ("chatgpt-", AI_AGENT),
    ("codex", AI_AGENT),
    ("strands", AI_AGENT),
    ("bedrock-agentcore", AI_AGENT),
    ("amazon-bedrock-agentcore", AI_AGENT),
    ("githubcopilot", AI_AGENT),
    ("github-copilot", AI_AGENT),
    ("amazonq", AI_AGENT),
    ("amazon-q-", AI_AGENT),
    ("langchain-", AI_AGENT),
    ("aws-sdk-", SDK),
    ("azsdk-", SDK),
    ("azure-sdk-for-", SDK),
    ("azure-mgmt-", SDK),
    ("azure-storage", SDK),
    ("google-cloud-", SDK),
    ("google-api-", SDK),
    ("google-auth", SDK),
    ("gcloud-", SDK),
    ("gl-", SDK),
    ("grpc-", SDK),
    ("rusoto_", SDK),
    ("kiota-", SDK),
    ("graph-", SDK),
    ("msal.", SDK),
    ("okta-sdk-", SDK),
    ("okta-auth-", SDK),
    ("amazon-vpc-cni", AGENT),
    ("aws-fluent-bit", AGENT),
    ("kube-", AGENT),
    ("gke-", AGENT),
    ("aks-", AGENT),
    ("outlook-", AGENT),
    ("onedrivempc", SERVICE),
    ("odmta", SERVICE),
)
# `google-guest-agent`, `my-operator`: what works on a host or in a cluster for its owner. "user-agent" is what people
# write who write nothing.
_AGENT_NAME = re.compile(r"(?<=[a-z0-9])[-_]?(?<!user)(?<!user[-_])agent$|[-_](?:controller|operator)$")
_MICROSOFT_SERVICE = re.compile(r"^(?:azure|microsoft)[\w.]*service|^office(?:word|xl|ppt|excel|powerpoint|onenote)")
_HTTP_CLIENT = re.compile(r"http[-_]?client$")

_STARTS = frozenset(prefix[:2] for prefix, _ in _PREFIXES)


def kind_of(name: str) -> str | None:
    """Give the kind of program that a product name, in lower case, stands for; None when it is not known."""
    return _kind_of(name) if len(name) <= MAX_PRODUCT_CHARS else None


@lru_cache(CACHE_SIZE)
def _kind_of(name: str) -> str | None:
    kind = KINDS.get(name)
    if kind is not None:
        return kind
    if name[:2] in _STARTS:
        for prefix, found in _PREFIXES:
            if name.startswith(prefix):
                return found
    if _AGENT_NAME.search(name):
        return AGENT
    if _MICROSOFT_SERVICE.match(name):
        return SERVICE
    if name.startswith("microsoft."):
        return SDK
    return SCRIPT if _HTTP_CLIENT.search(name) else None


VENDORS = frozenset({"hashicorp", "kubernetes", "psversion", "google-cloud-sdk"})
"""Products that say whose program it is, beside one that says which."""

SPELLINGS = {
    "boto3": "boto3",
    "botocore": "botocore",
    "boto": "boto",
    "aws-cli": "aws-cli",
    "azurecli": "azure-cli",
    "azurepowershell": "azure-powershell",
    "terraform": "Terraform",
    "opentofu": "OpenTofu",
    "pulumi": "Pulumi",
    "ansible": "Ansible",
    "google-cloud-sdk": "gcloud",
}
"""One writing for the names that clients have written in several."""

PHRASES = (
    ("kubernetes java client", SDK, None),
    ("graph client library", SDK, "Azure Graph Client Library"),
    ("amazon ecs agent", AGENT, "amazon-ecs-agent"),
    ("github cli", CLI, "GitHub CLI"),
    ("s3 browser", AGENT, "S3 Browser"),
    ("winrm client", CLI, "Microsoft WinRM Client"),
    ("microsoft office", AGENT, None),
    ("amazon cloudfront", SERVICE, None),
    ("okta identity engine", SERVICE, None),
    ("aws codepipeline", SERVICE, None),
    ("command/gcloud.", CLI, "gcloud"),
)
"""Names of several words, in lower case, with their kind, and the client's name where the words do not give it."""
