#!/usr/bin/env bash
# Makes the service account of the jobs, with no more than they need. Run it once, as somebody who may grant roles.
#
#   PROJECT=my-project REGION=europe-west1 SUBSCRIPTION=audit-logs DATASET=audit LOGS=my-logs TEMP=my-temp \
#     bash deploy/dataflow/iam.sh
#
# LOGS is the bucket of audit logs (read), TEMP the one for staging and temporary files (written), which also holds the
# policy, the baseline and the databases. No key is made: jobs run as the account, people act as it.
set -euo pipefail
: "${PROJECT:?}" "${REGION:?}" "${SUBSCRIPTION:?}" "${DATASET:?}" "${LOGS:?}" "${TEMP:?}"

account="tokentrail-jobs@$PROJECT.iam.gserviceaccount.com"
member="serviceAccount:$account"

gcloud iam service-accounts create tokentrail-jobs --project "$PROJECT" --display-name "Tokentrail's Dataflow jobs"

# In the project: to be a worker, and to submit the job from the launcher. Neither reads any data of the project.
for role in roles/dataflow.worker roles/dataflow.developer; do
  gcloud projects add-iam-policy-binding "$PROJECT" --member "$member" --role "$role" --condition None
done
# The launcher submits the job as the account itself.
gcloud iam service-accounts add-iam-policy-binding "$account" --project "$PROJECT" \
  --member "$member" --role roles/iam.serviceAccountUser

# On the things themselves.
gcloud pubsub subscriptions add-iam-policy-binding "$SUBSCRIPTION" --project "$PROJECT" \
  --member "$member" --role roles/pubsub.subscriber
gcloud pubsub subscriptions add-iam-policy-binding "$SUBSCRIPTION" --project "$PROJECT" \
  --member "$member" --role roles/pubsub.viewer
gcloud storage buckets add-iam-policy-binding "gs://$LOGS" --member "$member" --role roles/storage.objectViewer
gcloud storage buckets add-iam-policy-binding "gs://$TEMP" --member "$member" --role roles/storage.objectAdmin
gcloud artifacts repositories add-iam-policy-binding tokentrail --project "$PROJECT" --location "$REGION" \
  --member "$member" --role roles/artifactregistry.reader
bq query --project_id "$PROJECT" --use_legacy_sql=false \
  "GRANT \`roles/bigquery.dataEditor\` ON SCHEMA \`$PROJECT.$DATASET\` TO \"$member\""

# Only where a backfill reads raw records of a table (bigquery://…): to run queries. Reading the table itself is granted
# on its dataset (roles/bigquery.dataViewer).
if [ -n "${QUERIES:-}" ]; then
  gcloud projects add-iam-policy-binding "$PROJECT" --member "$member" --role roles/bigquery.jobUser --condition None
fi
