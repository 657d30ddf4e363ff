#!/usr/bin/env bash
# Runs the PyFlink job on a real cluster on this machine: a JobManager and two TaskManagers of the PyPI distribution.
#
#   deploy/flink/run.sh --brokers localhost:9092 --topics audit-logs --findings-topic findings --dead-letters-topic dead
#   deploy/flink/run.sh examples/ --output /tmp/findings
#   deploy/flink/run.sh stop JOB          stop a job with a savepoint, and print where that is
#   deploy/flink/run.sh down              end the cluster
#
# FLINK_FROM=SAVEPOINT starts a job from a savepoint. FLINK_DATA is where state, logs and settings lie
# (~/.local/state/tokentrail/flink), FLINK_PORT where the UI is (8081), FLINK_RPC_PORT the JobManager's own (6123).
set -euo pipefail
root="$(cd "$(dirname "$0")/../.." && pwd)"
here="$PWD"
cd "$root"
data="${FLINK_DATA:-${XDG_STATE_HOME:-$HOME/.local/state}/tokentrail/flink}"
port="${FLINK_PORT:-8081}"
export PYTHONWARNINGS=ignore UV_PROJECT_ENVIRONMENT="$root/.venv-flink" FLINK_CONF_DIR="$data/conf" FLINK_LOG_DIR="$data/log" FLINK_PID_DIR="$data" FLINK_LIB_DIR="$data/lib"

if [ $# -eq 0 ]; then
  sed -n '2,11s/^# \{0,1\}//p' "$root/deploy/flink/run.sh"
  exit 1
fi
for program in java uv; do
  command -v "$program" > /dev/null || { echo "run.sh: error: needs $program on the PATH" >&2; exit 1; }
done
uv sync --quiet --no-dev --no-group beam --extra flink --inexact
export PATH="$UV_PROJECT_ENVIRONMENT/bin:$PATH"
home="$(python -c 'import importlib.util as u; print(u.find_spec("pyflink").submodule_search_locations[0])')"

answers() { python - "$port" 2> /dev/null <<'PYTHON'
import sys, urllib.request
urllib.request.urlopen(f"http://127.0.0.1:{sys.argv[1]}/overview", timeout=2)
PYTHON
}

settings() { python - "$home" "$root" "$data" "$port" "${FLINK_RPC_PORT:-6123}" <<'PYTHON'
import pathlib, shutil, sys, yaml
home, root, data, port, rpc = sys.argv[1:]
conf = pathlib.Path(data, "conf")
shutil.copytree(pathlib.Path(home, "conf"), conf, dirs_exist_ok=True)
conf.joinpath("config.yaml").unlink()
conf.joinpath("masters").write_text(f"localhost:{port}\n")
conf.joinpath("workers").write_text("localhost\n" * 2)
shipped = yaml.safe_load(pathlib.Path(home, "conf", "config.yaml").read_text())
ours = yaml.safe_load(pathlib.Path(root, "deploy", "flink", "config.yaml").read_text())
place = {
    "env.java.opts.all": shipped["env"]["java"]["opts"]["all"],
    "jobmanager.rpc.address": "localhost", "jobmanager.rpc.port": int(rpc), "jobmanager.bind-host": "localhost",
    "taskmanager.host": "localhost", "taskmanager.bind-host": "localhost",
    "rest.address": "localhost", "rest.bind-address": "localhost", "rest.port": int(port), "rest.bind-port": int(port),
    "python.executable": sys.executable, "python.client.executable": sys.executable,
    "execution.checkpointing.dir": pathlib.Path(data, "checkpoints").as_uri(),
    "execution.checkpointing.savepoint-dir": pathlib.Path(data, "savepoints").as_uri(),
}
conf.joinpath("config.yaml").write_text(yaml.safe_dump(ours | place))
PYTHON
}

# What loads Python's library into a JVM must not be a job's own: it is loaded once (docs/flink.md).
mkdir -p "$FLINK_LIB_DIR"
ln -sf "$home"/lib/*.jar "$home"/opt/flink-python-*.jar "$FLINK_LIB_DIR"

case "$1" in
  down)
    "$home/bin/stop-cluster.sh"
    exit ;;
  stop)
    exec "$home/bin/flink" stop "$2" ;;
esac

connector=()
if printf '%s\n' "$@" | grep -q '^--brokers'; then
  jar="$data/jars/flink-sql-connector-kafka-5.0.0-2.2.jar"
  if [ ! -f "$jar" ]; then
    command -v mvn > /dev/null || { echo "run.sh: error: needs mvn on the PATH, or the connector at $jar" >&2; exit 1; }
    mvn -q -B dependency:copy -Dartifact=org.apache.flink:flink-sql-connector-kafka:5.0.0-2.2 \
      -DoutputDirectory="$data/jars"
  fi
  connector=(-j "$jar")
fi
mkdir -p "$data/log" "$data/checkpoints" "$data/savepoints"
if ! answers; then
  settings
  "$home/bin/start-cluster.sh"
  for _ in $(seq 120); do answers && break; sleep 1; done
  answers || { echo "run.sh: error: the cluster did not start; its logs are in $data/log" >&2; exit 1; }
fi
cd "$here"
"$home/bin/flink" run -d ${FLINK_FROM:+--fromSavepoint "$FLINK_FROM"} "${connector[@]}" -pym pipelines.flink_job "$@"
echo "The UI is at http://localhost:$port; logs and state are in $data; 'deploy/flink/run.sh down' ends the cluster."
