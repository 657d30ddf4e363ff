"""A Pub/Sub that an account without any right sees: each call is answered with PERMISSION_DENIED."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest

from tests.servers.require import free_port


class _Denied(grpc.GenericRpcHandler):
    def service(self, details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler:
        return grpc.unary_unary_rpc_method_handler(
            lambda request, context: context.abort(grpc.StatusCode.PERMISSION_DENIED, f"not allowed: {details.method}")
        )


@pytest.fixture
def denying_pubsub(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Its host and port; PUBSUB_EMULATOR_HOST is set while it runs."""
    server = grpc.server(ThreadPoolExecutor(2))
    server.add_generic_rpc_handlers((_Denied(),))
    host = f"127.0.0.1:{free_port()}"
    assert server.add_insecure_port(host)
    server.start()
    monkeypatch.setenv("PUBSUB_EMULATOR_HOST", host)
    yield host
    server.stop(None).wait()
