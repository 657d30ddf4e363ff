"""Paths: firewalls, routes, peerings, mirrors, names and the edges that the internet reaches.

Opening a path is staged as exfiltration, not as impairment: that stage is kept for logs and detection.
"""

from typing import Final

from analytic.context.aws_actions_row import ATTACK, GUIDE, LEVEL, PERMISSIONS, Group

# fmt: off
GROUPS: Final[tuple[Group, ...]] = (
    # Firewalls of hosts and subnets.
    Group("ec2", "permissions", "exfiltration", "T1686.001", ATTACK, {
        "AuthorizeSecurityGroupIngress": 3.0, "AuthorizeSecurityGroupEgress": 2.0, "ModifySecurityGroupRules": 2.5,
    }),
    Group("ec2", "write", "exfiltration", "T1686.001", ATTACK, {
        "CreateSecurityGroup": 1.0, "CreateNetworkAclEntry": 2.0, "ReplaceNetworkAclEntry": 2.0,
        "DeleteNetworkAclEntry": 2.0, "DeleteNetworkAcl": 2.0, "ReplaceNetworkAclAssociation": 1.5,
        "ModifyVpcBlockPublicAccessOptions": 3.5, "CreateVpcBlockPublicAccessExclusion": 3.0,
    }),
    Group("ec2", "write", None, None, LEVEL, {
        "RevokeSecurityGroupIngress": 0.5, "RevokeSecurityGroupEgress": 0.5, "DeleteSecurityGroup": 0.5,
    }),
    Group("network-firewall", "write", "impairment", "T1686.001", ATTACK, {
        "DeleteFirewall": 4.0, "DeleteFirewallPolicy": 3.0, "DeleteRuleGroup": 3.0, "UpdateFirewallPolicy": 2.0,
        "DisassociateSubnets": 3.5,
    }),
    # Paths into and between networks.
    Group("ec2", "write", "exfiltration", "T1578.005", ATTACK, {
        "CreateRoute": 1.5, "ReplaceRoute": 2.0, "CreateInternetGateway": 1.0, "AttachInternetGateway": 1.5,
        "AssociateAddress": 1.0, "CreateDefaultVpc": 2.0, "ModifyNetworkInterfaceAttribute": 1.5,
        "CreateVpcEndpoint": 1.0, "ModifyVpcEndpoint": 1.0,
    }),
    Group("ec2", "write", None, None, LEVEL, {
        "AllocateAddress": 0.5, "ModifyVpcAttribute": 1.0, "ModifySubnetAttribute": 1.0,
    }),
    Group("ec2", "write", "lateral", "T1021.007", GUIDE, {
        "CreateVpcPeeringConnection": 3.0, "AcceptVpcPeeringConnection": 3.0, "ModifyVpcPeeringConnectionOptions": 1.5,
        "CreateTransitGatewayVpcAttachment": 1.5, "CreateTransitGatewayPeeringAttachment": 2.5,
        "AcceptTransitGatewayPeeringAttachment": 2.5, "AcceptTransitGatewayVpcAttachment": 2.5,
        "CreateVpnConnection": 2.0, "CreateClientVpnEndpoint": 3.0, "AuthorizeClientVpnIngress": 3.0,
        "CreateClientVpnRoute": 2.0, "CreateNetworkInterface": 0.5, "AttachNetworkInterface": 1.5,
    }),
    Group("ec2", "credential", "credential_access", "T1552", GUIDE, {"ExportClientVpnClientConfiguration": 2.0}),
    Group("ec2", "permissions", "exfiltration", "T1537", PERMISSIONS, {
        "ModifyVpcEndpointServicePermissions": 3.0, "CreateNetworkInterfacePermission": 3.0,
    }),
    Group("ec2", "write", "exfiltration", "T1537", GUIDE, {"CreateVpcEndpointServiceConfiguration": 2.0}),
    # Copies of traffic.
    Group("ec2", "write", "collection", "T1040", ATTACK, {
        "CreateTrafficMirrorSession": 4.0, "CreateTrafficMirrorTarget": 3.0, "CreateTrafficMirrorFilter": 2.5,
        "CreateTrafficMirrorFilterRule": 2.5,
    }),
    # Names.
    Group("route53", "write", None, None, LEVEL, {"ChangeResourceRecordSets": 1.0, "CreateHostedZone": 1.0}),
    Group("route53", "permissions", "lateral", "T1021.007", GUIDE, {
        "AssociateVPCWithHostedZone": 2.5, "CreateVPCAssociationAuthorization": 3.0,
    }),
    Group("route53", "write", "impairment", "T1685", GUIDE, {"DisableHostedZoneDNSSEC": 3.0}),
    Group("route53", "write", "impact", "T1489", ATTACK, {"DeleteHostedZone": 2.0}),
    Group("route53domains", "write", "impact", "T1496", GUIDE, {"RegisterDomain": 2.5}),
    Group("route53domains", "write", "exfiltration", "T1537", GUIDE, {
        "TransferDomainToAnotherAwsAccount": 5.0, "DisableDomainTransferLock": 4.0,
    }),
    Group("route53domains", "credential", "credential_access", "T1552", GUIDE, {"RetrieveDomainAuthCode": 4.0}),
    Group("route53domains", "write", "impact", "T1491.002", GUIDE, {"UpdateDomainNameservers": 4.0}),
    Group("route53resolver", "write", "collection", "T1040", GUIDE, {
        "CreateResolverRule": 2.0, "AssociateResolverRule": 2.0,
    }),
    Group("route53resolver", "permissions", "exfiltration", "T1537", PERMISSIONS, {"PutResolverRulePolicy": 3.0}),
    Group("route53resolver", "write", "impairment", "T1686.001", ATTACK, {
        "UpdateFirewallRule": 2.5, "DeleteFirewallRule": 2.5, "DisassociateFirewallRuleGroup": 3.5,
    }),
    # Edges.
    Group("elasticloadbalancing", "write", "collection", "T1040", GUIDE, {
        "ModifyListener": 1.5, "CreateListener": 1.0, "CreateRule": 1.0, "ModifyRule": 1.0,
    }),
    Group("elasticloadbalancing", "write", "impact", "T1489", ATTACK, {"DeleteLoadBalancer": 1.5}),
    Group("cloudfront", "write", "collection", "T1040", GUIDE, {
        "UpdateDistribution": 1.5, "CreateFunction": 1.5, "UpdateFunction": 2.0, "PublishFunction": 2.5,
    }),
    Group("cloudfront", "write", "impact", "T1489", ATTACK, {"DeleteDistribution": 2.0}),
    Group("apigateway", "credential", "persistence", "T1098.001", GUIDE, {"CreateApiKey": 2.0}),
    Group("apigateway", "credential", "credential_access", "T1552", GUIDE, {"GetApiKey": 1.0, "GetApiKeys": 1.5}),
    Group("apigateway", "write", "persistence", "T1546", GUIDE, {
        "CreateIntegration": 1.5, "PutIntegration": 1.5, "UpdateIntegration": 1.5,
    }),
    Group("apigateway", "permissions", "exfiltration", "T1686.001", GUIDE, {
        "UpdateMethod": 1.5, "DeleteAuthorizer": 2.5, "UpdateAuthorizer": 2.0, "UpdateRestApi": 1.5,
    }),
    Group("appsync", "credential", "persistence", "T1098.001", GUIDE, {"CreateApiKey": 2.5, "UpdateApiKey": 2.0}),
    Group("appsync", "credential", "credential_access", "T1552", GUIDE, {"ListApiKeys": 1.0}),
    Group("appsync", "permissions", "exfiltration", "T1686.001", GUIDE, {"UpdateGraphqlApi": 2.0}),
    Group("appsync", "write", "execution", "T1648", GUIDE, {"UpdateResolver": 1.5}),
)
