"""Runs in Airflow's own environment: parses the DAG as Airflow does, and prints what its task sends for some hours."""

import json
import sys
from datetime import timedelta
from types import SimpleNamespace

import pendulum
from airflow.dag_processing.dagbag import DagBag
from airflow.sdk.execution_time import macros

VALUES = {
    "tokentrail_project": "my-project",
    "tokentrail_region": "europe-west1",
    "tokentrail_template": "gs://my-templates/tokentrail/1/backfill.json",
    "tokentrail_input": "gs://my-logs/cloudaudit.googleapis.com/*/%Y/%m/%d/*",
    "tokentrail_findings": "my-project:audit.findings",
    "tokentrail_letters": "my-project:audit.dead_letters",
    "tokentrail_temp": "gs://my-temp/dataflow",
    "tokentrail_account": "tokentrail-jobs@my-project.iam.gserviceaccount.com",
}


def main(folder: str) -> None:
    """Parse the folder, and print one JSON object."""
    bag = DagBag(dag_folder=folder)
    dag = bag.dags["tokentrail_backfill"]
    (task,) = dag.tasks
    bodies = []
    for hour in (0, 3, 4, 23):
        start = pendulum.datetime(2026, 3, 3, hour)
        context = {
            "data_interval_start": start,
            "data_interval_end": start + timedelta(hours=1),
            "macros": macros,
            "var": SimpleNamespace(value=SimpleNamespace(**VALUES)),
        }
        bodies.append(task.render_template(task.body, context, dag.get_template_env()))
    interval = dag.timetable.infer_manual_data_interval(run_after=pendulum.datetime(2026, 3, 3, 9, 30))
    json.dump(
        {
            "errors": {str(path): str(error) for path, error in bag.import_errors.items()},
            "bodies": bodies,
            "appends": task.append_job_name,
            "operator": type(task).__name__,
            "interval": [interval.start.isoformat(), interval.end.isoformat()],
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main(sys.argv[1])
