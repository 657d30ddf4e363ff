"""The launcher of the Flex Templates: builds the graph out of the template's parameters, submits it, and exits.

`subscription` makes it the stream, `start` and `end` a backfill. What it does not know goes to Beam (--project,
--region, --update …).
"""

import argparse
import os
import sys
from collections.abc import Sequence

import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions, WorkerOptions

from pipelines.dataflow import backfill, stream
from pipelines.outcome import OK, fail

IMAGE = "TOKENTRAIL_IMAGE"
"""The environment variable with the image's own name (deploy/dataflow/Dockerfile): workers run what launches."""


def main(argv: Sequence[str]) -> int:
    """Launch a job; gives the exit code. Never waits for the job: the template's launcher must end."""
    given = [_named(argument) for argument in argv if not argument.endswith("=")]  # A scheduler sends what is unset.
    mode = _mode(given)
    if mode is None:
        return fail("give either subscription (the stream) or start and end (a backfill): deploy/dataflow")
    parser = argparse.ArgumentParser(prog="launch", allow_abbrev=False)
    mode.add_arguments(parser)
    options, passed = parser.parse_known_args(given)
    try:
        beam_options = _beam_options(passed, mode.defaults(options))
        pipeline = beam.Pipeline(options=beam_options)
        mode.build(pipeline, options)
    except (ValueError, OSError) as error:
        return fail(" ".join(str(error).split()))
    pipeline.run()
    return OK


def _mode(given: list[str]) -> "type[stream.Stream] | type[backfill.Backfill] | None":
    names = {argument.partition("=")[0] for argument in given}
    is_stream, is_backfill = "--subscription" in names, "--start" in names
    if is_stream == is_backfill:
        return None
    return stream.Stream if is_stream else backfill.Backfill


def _named(argument: str) -> str:
    """Give a parameter its name on the command line: templates write our names with underscores, as Beam does its."""
    name, equals, value = argument.partition("=")
    ours = name.replace("_", "-")
    known = {f"--{parameter.replace('_', '-')}" for parameter in (*stream.PARAMETERS, *backfill.PARAMETERS)}
    return f"{ours if ours in known else name}{equals}{value}"


def _beam_options(passed: list[str], defaults: dict[str, object]) -> PipelineOptions:
    """Give Beam's options. Raises ValueError where workers have no image.

    What Beam does not know it names in a warning: Google's launcher may add options of its own, and a parameter that
    the template does not list never comes here.
    """
    options = PipelineOptions(passed)
    known = options.get_all_options()
    unset = {name: value for name, value in defaults.items() if not known.get(name)}
    image = options.view_as(WorkerOptions).sdk_container_image or os.environ.get(IMAGE)
    if not image:
        raise ValueError(f"workers have no image: build the launcher's with {IMAGE} (deploy/dataflow/Dockerfile)")
    # The image holds Beam and all of tokentrail: nothing is staged or installed while a worker starts.
    own = {"runner": known["runner"] or "DataflowRunner", "sdk_container_image": image, "sdk_location": "container"}
    return PipelineOptions(passed, **(unset | own))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
