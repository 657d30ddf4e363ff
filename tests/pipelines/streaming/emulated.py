"""Runs the command with the clients of BigQuery pointed at an emulator: BIGQUERY_EMULATOR_HOST says where it is.

Neither Beam's client nor Google's has an option for it, so what tests/servers/bigquery.py does in a test's process
happens here in the command's.
"""

import os
import sys

import google.auth
from apache_beam.io.gcp.internal.clients.bigquery import bigquery_v2_client
from google.auth.credentials import AnonymousCredentials

from pipelines.cli import main

if __name__ == "__main__":
    google.auth.default = lambda *_, **__: (AnonymousCredentials(), os.environ["GOOGLE_CLOUD_PROJECT"])
    bigquery_v2_client.BigqueryV2.BASE_URL = f"{os.environ['BIGQUERY_EMULATOR_HOST']}/bigquery/v2/"
    sys.exit(main(sys.argv[1:]))
