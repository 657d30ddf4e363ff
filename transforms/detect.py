"""DetectChains: from an actor's steps to findings."""

from collections.abc import Iterator

import apache_beam as beam
import msgspec

from analytic.chains.chain import Chain
from analytic.detection import Detect
from analytic.finding import revised
from analytic.items import decode_items
from analytic.peers import Groups
from analytic.policy import Policy
from schemas.records import Finding
from transforms.order import Order


class DetectChains(beam.PTransform):
    """Steps each actor's sessions; gives the findings, with their revisions on a stream."""

    def __init__(
        self,
        order: Order,
        policy: Policy,
        groups: Groups | None = None,
        chains: tuple[Chain, ...] | None = None,
    ) -> None:
        """Takes the order that the runner's input asks for, the policy, the peers' baselines, and other chains."""
        super().__init__()
        self._order = order
        self._policy = policy
        self._groups = groups
        self._chains = chains

    def expand(self, steps: beam.PCollection) -> beam.PCollection:
        """Steps by actor in, findings out."""
        return (
            steps
            | "Detect" >> self._order.fold(Detect(self._policy, self._groups, self._chains))
            | "DecodeFindings" >> beam.ParDo(_DecodeFindingsFn()).with_output_types(Finding)
        )


class _DecodeFindingsFn(beam.DoFn):
    def setup(self) -> None:
        self._decode = msgspec.msgpack.Decoder(Finding).decode

    def process(self, element: tuple[str, bytes]) -> Iterator[Finding]:
        _, batch = element
        for item in decode_items(batch):
            yield revised(self._decode(item.body), item.revision)
