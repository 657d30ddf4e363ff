"""Logs and detection turned off, narrowed or blinded."""

from typing import Final

from analytic.context.aws_actions_row import ATTACK, GUIDE, LEVEL, PERMISSIONS, Group

# fmt: off
GROUPS: Final[tuple[Group, ...]] = (
    # The audit log itself.
    Group("cloudtrail", "write", "impairment", "T1685.002", ATTACK, {
        "StopLogging": 5.5, "DeleteTrail": 5.5, "UpdateTrail": 3.5, "PutEventSelectors": 4.0,
        "PutInsightSelectors": 2.0, "DeleteEventDataStore": 5.0, "StopEventDataStoreIngestion": 5.0,
        "UpdateEventDataStore": 2.5, "DeleteChannel": 3.5, "PutEventConfiguration": 2.0,
    }),
    Group("cloudtrail", "permissions", "impairment", "T1685.002", PERMISSIONS, {
        "DeregisterOrganizationDelegatedAdmin": 4.5, "DeleteResourcePolicy": 2.0,
    }),
    Group("cloudtrail", "permissions", "exfiltration", "T1537", PERMISSIONS, {
        "PutResourcePolicy": 3.0, "RegisterOrganizationDelegatedAdmin": 3.5,
    }),
    Group("cloudtrail", "write", None, None, LEVEL, {
        "CreateTrail": 0.5, "StartLogging": 0.3, "CreateEventDataStore": 0.5,
    }),
    # Logs of networks, applications, buckets, databases and models.
    Group("ec2", "write", "impairment", "T1685.002", ATTACK, {"DeleteFlowLogs": 4.5}),
    Group("route53resolver", "write", "impairment", "T1685.002", ATTACK, {
        "DeleteResolverQueryLogConfig": 4.5, "DisassociateResolverQueryLogConfig": 4.5,
    }),
    Group("route53", "write", "impairment", "T1685.002", ATTACK, {"DeleteQueryLoggingConfig": 4.0}),
    Group("s3", "write", "impairment", "T1685.002", ATTACK, {"PutBucketLogging": 2.5}),
    Group("logs", "write", "impairment", "T1685.002", ATTACK, {
        "DeleteLogGroup": 3.0, "DeleteLogStream": 3.0, "PutRetentionPolicy": 1.5, "DeleteSubscriptionFilter": 3.0,
        "DeleteMetricFilter": 3.0, "DeleteDestination": 3.0, "DeleteDelivery": 3.0, "DeleteDeliverySource": 3.0,
        "DeleteDeliveryDestination": 3.0, "DisassociateKmsKey": 2.0, "DeleteDataProtectionPolicy": 2.5,
    }),
    Group("logs", "write", None, None, LEVEL, {"CreateLogStream": 0.1, "PutLogEvents": 0.0}),
    Group("logs", "permissions", "exfiltration", "T1537", PERMISSIONS, {
        "PutDestinationPolicy": 3.0, "PutResourcePolicy": 2.5,
    }),
    Group("logs", "write", "exfiltration", "T1537", GUIDE, {"PutSubscriptionFilter": 2.0, "CreateExportTask": 2.0}),
    Group("firehose", "write", "impairment", "T1685.002", GUIDE, {
        "DeleteDeliveryStream": 2.5, "UpdateDestination": 2.5,
    }),
    Group("redshift", "write", "impairment", "T1685.002", ATTACK, {"DisableLogging": 4.0}),
    Group("rds", "write", "impairment", "T1685.002", ATTACK, {"StopActivityStream": 4.0, "ModifyActivityStream": 3.0}),
    Group("bedrock", "write", "impairment", "T1685.002", ATTACK, {
        "DeleteModelInvocationLoggingConfiguration": 4.5, "PutModelInvocationLoggingConfiguration": 2.5,
    }),
    Group("wafv2", "write", "impairment", "T1685.002", ATTACK, {"DeleteLoggingConfiguration": 4.0}),
    Group("network-firewall", "write", "impairment", "T1685.002", ATTACK, {"UpdateLoggingConfiguration": 3.5}),
    Group("securitylake", "write", "impairment", "T1685.002", ATTACK, {
        "DeleteDataLake": 5.0, "DeleteAwsLogSource": 5.0, "DeleteCustomLogSource": 4.0, "DeleteSubscriber": 3.0,
        "DeregisterDataLakeDelegatedAdministrator": 4.5,
    }),
    # Threat detection and posture.
    Group("guardduty", "write", "impairment", "T1685", ATTACK, {
        "DeleteDetector": 5.5, "UpdateDetector": 4.0, "CreateFilter": 3.0, "UpdateFilter": 3.0, "CreateIPSet": 3.5,
        "UpdateIPSet": 3.5, "CreateTrustedEntitySet": 3.5, "UpdateTrustedEntitySet": 3.5, "DeleteThreatIntelSet": 3.0,
        "UpdateThreatIntelSet": 3.0, "DeletePublishingDestination": 4.0, "UpdatePublishingDestination": 3.5,
        "DisassociateFromMasterAccount": 5.0, "DisassociateFromAdministratorAccount": 5.0, "DisassociateMembers": 4.5,
        "DeleteMembers": 4.5, "StopMonitoringMembers": 5.0, "UpdateMemberDetectors": 4.0,
        "UpdateOrganizationConfiguration": 4.0, "DisableOrganizationAdminAccount": 5.0,
        "DeleteMalwareProtectionPlan": 3.5, "UpdateMalwareScanSettings": 1.5, "ArchiveFindings": 2.0,
        "DeleteInvitations": 2.0, "DeclineInvitations": 2.0,
    }),
    Group("guardduty", "write", None, None, LEVEL, {"CreateSampleFindings": 1.0}),
    Group("securityhub", "write", "impairment", "T1685", ATTACK, {
        "DisableSecurityHub": 5.0, "DisableSecurityHubV2": 5.0, "BatchDisableStandards": 4.0,
        "UpdateStandardsControl": 3.0, "UpdateSecurityControl": 2.5, "DeleteMembers": 4.0, "DisassociateMembers": 4.0,
        "DisassociateFromAdministratorAccount": 4.5, "DisassociateFromMasterAccount": 4.5,
        "DisableImportFindingsForProduct": 4.0, "DisableOrganizationAdminAccount": 4.5, "DeleteFindingAggregator": 3.5,
        "CreateAutomationRule": 2.5, "UpdateOrganizationConfiguration": 3.5, "DeleteActionTarget": 2.0,
        "BatchUpdateFindings": 1.0,
    }),
    Group("config", "write", "impairment", "T1685.002", ATTACK, {
        "DeleteConfigurationRecorder": 5.0, "StopConfigurationRecorder": 5.0, "DeleteDeliveryChannel": 4.5,
        "PutConfigurationRecorder": 2.5, "PutDeliveryChannel": 2.0, "PutRetentionConfiguration": 2.5,
        "DeleteConfigurationAggregator": 4.0, "DeleteAggregationAuthorization": 3.0,
    }),
    Group("config", "write", "impairment", "T1685", ATTACK, {
        "DeleteConfigRule": 3.5, "DeleteOrganizationConfigRule": 4.0, "DeleteConformancePack": 3.5,
        "DeleteOrganizationConformancePack": 4.0, "DeleteRemediationConfiguration": 3.0, "DeleteEvaluationResults": 2.5,
    }),
    Group("access-analyzer", "write", "impairment", "T1685", ATTACK, {
        "DeleteAnalyzer": 4.0, "CreateArchiveRule": 3.0, "UpdateArchiveRule": 3.0, "ApplyArchiveRule": 2.5,
        "UpdateAnalyzer": 2.5,
    }),
    Group("inspector2", "write", "impairment", "T1685", ATTACK, {
        "Disable": 4.5, "DisableDelegatedAdminAccount": 4.5, "DisassociateMember": 4.0, "CreateFilter": 3.0,
        "UpdateConfiguration": 2.0,
    }),
    Group("macie2", "write", "impairment", "T1685", ATTACK, {
        "DisableMacie": 4.5, "UpdateMacieSession": 3.5, "DisableOrganizationAdminAccount": 4.5,
        "DisassociateFromAdministratorAccount": 4.5, "DisassociateFromMasterAccount": 4.5, "DisassociateMember": 4.0,
        "DeleteMember": 4.0, "CreateFindingsFilter": 3.0, "CreateAllowList": 2.5,
    }),
    Group("detective", "write", "impairment", "T1685", ATTACK, {
        "DeleteGraph": 4.5, "DeleteMembers": 4.0, "DisassociateMembership": 4.0, "DisableOrganizationAdminAccount": 4.5,
    }),
    Group("auditmanager", "write", "impairment", "T1685", GUIDE, {
        "DeregisterAccount": 4.5, "DeregisterOrganizationAdminAccount": 4.5,
    }),
    Group("fms", "write", "impairment", "T1685", GUIDE, {
        "DeletePolicy": 4.0, "DisassociateAdminAccount": 4.5, "DeleteNotificationChannel": 3.0,
    }),
    Group("shield", "write", "impairment", "T1685", GUIDE, {
        "DeleteProtection": 3.0, "DisassociateDRTRole": 3.0, "DisableProactiveEngagement": 3.0,
    }),
    Group("health", "write", "impairment", "T1685", GUIDE, {"DisableHealthServiceAccessForOrganization": 3.0}),
    # Web application firewalls, the current and the two classic event sources.
    Group("wafv2", "write", "impairment", "T1685", ATTACK, {
        "DeleteWebACL": 3.5, "DisassociateWebACL": 3.5, "DeleteRuleGroup": 3.0, "DeleteFirewallManagerRuleGroups": 3.5,
        "DeleteIPSet": 2.5, "UpdateRuleGroup": 2.0, "UpdateWebACL": 1.5, "UpdateIPSet": 1.5,
    }),
    Group("waf", "write", "impairment", "T1685", ATTACK, {
        "DeleteWebACL": 3.5, "DeleteRule": 3.0, "DeleteRuleGroup": 3.0, "DeleteIPSet": 2.5, "UpdateIPSet": 1.5,
    }),
    Group("waf-regional", "write", "impairment", "T1685", ATTACK, {
        "DeleteWebACL": 3.5, "DisassociateWebACL": 3.5, "DeleteRule": 3.0, "DeleteRuleGroup": 3.0, "DeleteIPSet": 2.5,
        "UpdateIPSet": 1.5,
    }),
    # Alarms and the rules that pass them on.
    Group("monitoring", "write", "impairment", "T1685", ATTACK, {
        "DisableAlarmActions": 3.5, "DeleteAlarms": 3.0, "SetAlarmState": 2.5, "StopMetricStreams": 3.0,
        "DeleteMetricStream": 3.0, "DisableInsightRules": 2.5, "DeleteInsightRules": 2.0, "DeleteAnomalyDetector": 1.5,
    }),
    Group("events", "write", "impairment", "T1685", ATTACK, {
        "DeleteRule": 2.0, "DisableRule": 2.5, "RemoveTargets": 2.0, "DeleteEventBus": 2.5, "DeleteArchive": 2.0,
    }),
    Group("budgets", "write", "impairment", "T1685", GUIDE, {
        "DeleteBudget": 2.5, "DeleteBudgetAction": 2.5, "DeleteNotification": 2.5,
    }),
    Group("ce", "write", "impairment", "T1685", GUIDE, {"DeleteAnomalyMonitor": 2.5, "DeleteAnomalySubscription": 2.5}),
)
