#!/usr/bin/env bash
# Builds the image and both templates. Run it from the root of a checkout, signed in with gcloud.
#
#   PROJECT=my-project REGION=europe-west1 BUCKET=my-templates TAG=1 bash deploy/dataflow/build.sh
#
# Needs: an Artifact Registry repository "tokentrail" in REGION, the bucket BUCKET, uv, docker and gcloud.
set -euo pipefail
: "${PROJECT:?}" "${REGION:?}" "${BUCKET:?}" "${TAG:?}"

image="$REGION-docker.pkg.dev/$PROJECT/tokentrail/tokentrail:$TAG"
bash deploy/dataflow/requirements.sh
rm -f dist/tokentrail-*.whl
uv build --wheel
docker build --file deploy/dataflow/Dockerfile --build-arg "IMAGE=$image" --tag "$image" .
docker push "$image"
for name in stream backfill; do
  gcloud dataflow flex-template build "gs://$BUCKET/tokentrail/$TAG/$name.json" --project "$PROJECT" \
    --image "$image" --sdk-language PYTHON --metadata-file "deploy/dataflow/$name.json"
done
