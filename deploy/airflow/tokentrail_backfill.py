"""An Airflow DAG: each hour the findings of one hour, as a Dataflow job of the backfill template.

Put it into the DAGs folder; what it needs is read from Airflow variables, so that the file itself stays as it is:

    tokentrail_project, tokentrail_region     where the jobs run
    tokentrail_template                       gs://…/backfill.json, as deploy/dataflow/build.sh made it
    tokentrail_input                          paths of the logs, separated by commas (docs/backfill.md)
    tokentrail_findings, tokentrail_letters   the tables, PROJECT:DATASET.TABLE
    tokentrail_temp                           gs://… for staging and temporary files
    tokentrail_account                        the jobs' service account (deploy/dataflow/iam.sh)

Needs apache-airflow 3 with the providers google and apache-beam (deploy/airflow/requirements.txt). An hour is told four
hours after its end, when its records have landed and what tells who made them has happened. A run again (a cleared
task, `airflow backfill create`) tells the same rows under the same ids: it adds nothing.
"""

from datetime import UTC, datetime, timedelta

from airflow.providers.google.cloud.operators.dataflow import DataflowStartFlexTemplateOperator
from airflow.sdk import DAG
from airflow.timetables.interval import CronDataIntervalTimetable

SETTLES_HOURS = 4
"""Two hours and five minutes are read beyond the end, and an hour is the lateness; rounded up (docs/backfill.md)."""

START = f"(data_interval_start - macros.timedelta(hours={SETTLES_HOURS}))"
END = f"(data_interval_end - macros.timedelta(hours={SETTLES_HOURS}))"
NAMED, WRITTEN = "%Y%m%dt%H%M", "%Y-%m-%dT%H:%MZ"


def moment(which: str, form: str) -> str:
    """Give the template of a moment of the run's window."""
    return f"{{{{ {which}.strftime('{form}') }}}}"


with DAG(
    dag_id="tokentrail_backfill",
    description="Audit logs of an hour to findings",
    schedule=CronDataIntervalTimetable("0 * * * *", timezone="UTC"),
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=4,  # Windows do not depend on one another: any order, any number at once.
    tags=["security"],
):
    DataflowStartFlexTemplateOperator(
        task_id="tell_the_hour",
        project_id="{{ var.value.tokentrail_project }}",
        location="{{ var.value.tokentrail_region }}",
        # The same name for the same window: Dataflow refuses a second job of a name while the first one runs.
        append_job_name=False,
        wait_until_finished=True,
        retries=2,
        retry_delay=timedelta(minutes=10),
        execution_timeout=timedelta(hours=3),
        body={
            "launchParameter": {
                "jobName": f"tokentrail-backfill-{moment(START, NAMED)}-{moment(END, NAMED)}",
                "containerSpecGcsPath": "{{ var.value.tokentrail_template }}",
                "parameters": {
                    "input": "{{ var.value.tokentrail_input }}",
                    "start": moment(START, WRITTEN),
                    "end": moment(END, WRITTEN),
                    "findings_table": "{{ var.value.tokentrail_findings }}",
                    "dead_letter_table": "{{ var.value.tokentrail_letters }}",
                },
                "environment": {
                    "tempLocation": "{{ var.value.tokentrail_temp }}",
                    "stagingLocation": "{{ var.value.tokentrail_temp }}",
                    "serviceAccountEmail": "{{ var.value.tokentrail_account }}",
                    "ipConfiguration": "WORKER_IP_PRIVATE",
                },
            }
        },
    )
