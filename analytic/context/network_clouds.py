"""Which cloud an autonomous system belongs to.

Numbers: the registries' own (ARIN, RIPE NCC, APNIC whois) and the operators' peering pages (peeringdb.com: Amazon.com,
Google LLC, Microsoft, and those of the hosters). A number that is not listed is told by its organisation's name. An
access network, where people and offices are, is no cloud, whoever owns it.
"""

import re

_NUMBERS: dict[str, tuple[int, ...]] = {
    "aws": (
        # Amazon-02, Amazon-AES, Amazon Data Services Ireland and Japan, and the older ones; then Sinnet (Beijing) and
        # NWCD (Ningxia), which run the Chinese regions.
        *(16509, 14618, 8987, 7224, 9059, 10124, 17493, 19047, 21664, 36263, 38895, 39111, 58588, 62785),
        *(55960, 135629),
    ),
    "gcp": (
        # Google, Google Cloud Platform, Google Cloud 2, YouTube and the other networks of Google LLC.
        *(15169, 396982, 19527, 36384, 36385, 36039, 36040, 36492, 41264, 43515, 45566, 139070, 139190, 395973),
    ),
    "azure": (
        # Microsoft's global network, its public peerings and ExpressRoute; then 21Vianet, which runs Azure China.
        *(8075, 8068, 8069, 8070, 8071, 8072, 8073, 8074, 12076, 3598, 6584, 23468, 35106, 45139, 58862, 59067),
        *(395496, 395524, 395851, 396463, 397466, 398575),
        58593,
    ),
    "other": (
        14061,  # DigitalOcean
        16276,  # OVHcloud
        24940,  # Hetzner
        213230,  # Hetzner Cloud
        63949,  # Akamai (Linode)
        20940,  # Akamai
        20473,  # Vultr
        31898,  # Oracle Cloud
        45102,  # Alibaba Cloud
        37963,  # Alibaba, China
        132203,  # Tencent Cloud
        45090,  # Tencent, China
        136907,  # Huawei Cloud
        55990,  # Huawei Cloud, China
        36351,  # IBM Cloud (SoftLayer)
        12876,  # Scaleway
        60781,  # Leaseweb, Netherlands
        28753,  # Leaseweb, Germany
        30633,  # Leaseweb, United States
        51167,  # Contabo
        8560,  # IONOS
        202053,  # UpCloud
        61098,  # Exoscale
        54825,  # Equinix Metal
        33070,  # Rackspace
        19994,  # Rackspace
        27357,  # Rackspace
        13335,  # Cloudflare
        54113,  # Fastly
        9009,  # M247
        60068,  # DataCamp (CDN77)
        212238,  # DataCamp
        199524,  # G-Core
        47583,  # Hostinger
        26496,  # GoDaddy
        22612,  # Namecheap
        36352,  # HostPapa (ColoCrossing)
        53667,  # FranTech (BuyVM)
        62240,  # Clouvider
        197540,  # netcup
        36459,  # GitHub
        200651,  # FlokiNET
        210558,  # 1337 Services
    ),
}
_BY_NUMBER = {number: cloud for cloud, numbers in _NUMBERS.items() for number in numbers}

# Where people are: an owner's or a product's name does not make these a cloud.
_ACCESS = re.compile(r"\b(?:fiber|fibre|broadband|wireless|mobile|cable|dsl|telecom|wifi|kuiper)\b")
_NAMES = (
    ("aws", re.compile(r"\bamazon\b|\baws\b|\bamazon\.com\b")),
    ("gcp", re.compile(r"\bgoogle(?:[- ]cloud\b.*|[ ,]+llc|[ ,]+inc\.?|\.com)?$")),
    ("azure", re.compile(r"\bmicrosoft\b|\bazure\b")),
    (
        "other",
        re.compile(
            r"\bdigital ?ocean\b|\bovh\b|\bhetzner\b|\blinode\b|\bakamai\b|\bvultr\b|\boracle (?:cloud|public cloud)\b"
            r"|\balibaba\b|\baliyun\b|\btencent\b|\bhuawei cloud\b|\bscaleway\b|\bleaseweb\b|\bcontabo\b|\bcloudflare\b"
            r"|\bfastly\b|\brackspace\b|\bsoftlayer\b|\bhost(?:ing|inger|er|winds)\b|\bweb ?host(?:ing)?\b|\bvps\b"
            r"|\bdata ?cent(?:er|re)s?\b|\bdatacamp\b|\bcolocation\b|\bdedicated servers?\b"
            r"|\bcloud (?:services|computing)\b"
        ),
    ),
)


def cloud_of(asn: int | None, organisation: str | None) -> str | None:
    """Give the cloud of an autonomous system: aws gcp azure, other for a known hoster, None for any other network."""
    if asn is not None:
        known = _BY_NUMBER.get(asn)
        if known is not None:
            return known
    if not organisation:
        return None
    name = organisation.lower()
    if _ACCESS.search(name):
        return None
    return next((cloud for cloud, pattern in _NAMES if pattern.search(name)), None)
