"""What of a graph a running job is updated by: labels, coders, states and timers, as lines of text.

Dataflow moves a running job's state to a new graph label by label, and reads it with the new graph's coders ("Update an
existing pipeline", compatibility check). So what may not change is held against tests/pipelines/golden/.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from apache_beam.portability.api import beam_runner_api_pb2

_PARDO = "beam:transform:pardo:v1"
_SHORT = (("beam:coder:", ""), (":v1", ""), ("tokentrail:coder:", ""))


def described(pipeline: Any) -> list[str]:
    """Give a line for each primitive step of a pipeline's proto, sorted: its label, and what it keeps and gives."""
    components = pipeline.components
    return sorted(
        f"{step.unique_name}: {'; '.join(_parts(components, step))}"
        for step in components.transforms.values()
        if not step.subtransforms and step.spec.urn
    )


def _parts(components: Any, step: Any) -> Iterator[str]:
    for tag, output in sorted(step.outputs.items()):
        coder = _coder(components, components.pcollections[output].coder_id)
        yield f"gives {coder}" if len(step.outputs) == 1 else f"gives {tag} {coder}"
    if step.spec.urn == _PARDO:
        payload = beam_runner_api_pb2.ParDoPayload.FromString(step.spec.payload)
        for name, state in sorted(payload.state_specs.items()):
            cell = state.WhichOneof("spec") == "read_modify_write_spec"
            coder = state.read_modify_write_spec.coder_id if cell else state.bag_spec.element_coder_id
            yield f"keeps {name} {'' if cell else 'bag of '}{_coder(components, coder)}"
        for name, timer in sorted(payload.timer_family_specs.items()):
            yield f"timer {name} {beam_runner_api_pb2.TimeDomain.Enum.Name(timer.time_domain).lower()}"
    else:
        yield f"is {step.spec.urn.removeprefix('beam:transform:').removesuffix(':v1')}"


def _coder(components: Any, coder_id: str) -> str:
    coder = components.coders[coder_id]
    name = coder.spec.urn
    for long, short in _SHORT:
        name = name.replace(long, short)
    if name == "msgpack":
        return f"msgpack {coder.spec.payload.decode()}"
    inside = ", ".join(_coder(components, component) for component in coder.component_coder_ids)
    return f"{name}({inside})" if inside else name


def broken(old: Sequence[str], new: Sequence[str]) -> list[str]:
    """Say which steps of an old graph a new one cannot take over: those that are gone, and those that are not alike."""
    before, after = (dict(line.split(": ", 1) for line in lines) for lines in (old, new))
    gone = [f"{label}: gone" for label in sorted(before.keys() - after.keys())]
    changed = [label for label in sorted(before.keys() & after.keys()) if before[label] != after[label]]
    return gone + [f"{label}: was {before[label]}; is {after[label]}" for label in changed]
