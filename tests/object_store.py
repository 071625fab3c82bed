"""A real S3 server on loopback: SeaweedFS from its wheel, on free ports, with one bucket and one user."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path
from tempfile import mkdtemp
from typing import NamedTuple

from tests.prefect_server import die_with_parent, wait_for

USER, SECRET, REGION = "lab", "not-to-be-found-anywhere", "eu-west-1"
TRIES, SECONDS = 3, 90


class ObjectStore(NamedTuple):
    """Where the server is, and what its users have in their environment."""

    bucket: str  # s3://…
    endpoint: str
    environment: dict[str, str]


@contextmanager
def object_store(home: Path, bucket: str = "lab") -> Iterator[ObjectStore]:
    identity = {
        "name": USER,
        "credentials": [{"accessKey": USER, "secretKey": SECRET}],
        "actions": ["Admin", "Read", "Write", "List", "Tagging"],
    }
    (home / "s3.json").write_text(json.dumps({"identities": [identity]}))
    server, endpoint = started(home, bucket)
    environment = {
        "AWS_ACCESS_KEY_ID": USER,
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_REGION": REGION,
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ALLOW_HTTP": "true",
    }
    try:
        yield ObjectStore(f"s3://{bucket}", endpoint, environment)
    finally:
        server.kill()
        server.wait()


def started(home: Path, bucket: str) -> tuple["subprocess.Popen[bytes]", str]:
    """A server that has the bucket, and its address. Whoever takes one of its eight ports meanwhile costs a try.

    Its listeners of fixed ports (Iceberg, Lance) are off, since each of xdist's workers has a server of its own.
    """
    for _ in range(TRIES):
        port, s3_grpc, *others = free_ports(8)
        names = [f"{part}.port{kind}" for part in ("master", "volume", "filer") for kind in ("", ".grpc")]
        words = [
            "server", f"-dir={mkdtemp(dir=home)}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-volume.max=0",
            *(f"-{name}={number}" for name, number in zip(names, others, strict=True)),
            "-master.volumeSizeLimitMB=64", "-filer", "-s3", f"-s3.port={port}", f"-s3.port.grpc={s3_grpc}",
            f"-s3.config={home}/s3.json", "-s3.port.iceberg=0", "-s3.port.lance=0",
        ]  # fmt: skip
        endpoint = f"http://127.0.0.1:{port}"
        with (home / "log").open("ab") as log:
            server = subprocess.Popen(
                [Path(sys.executable).with_name("weed"), "-logtostderr=true", *words],
                cwd=home,
                stdout=log,
                stderr=log,
                preexec_fn=die_with_parent,
            )
        with suppress(AssertionError):
            wait_for(partial(made_or_gone, server, bucket, endpoint), SECONDS, "SeaweedFS does not answer")
            if server.poll() is None:
                return server, endpoint
        server.kill()
        server.wait()
    raise AssertionError(f"SeaweedFS did not answer in {TRIES} tries: {(home / 'log').read_text()[-2000:]}")


def free_ports(count: int) -> list[int]:
    """Ports that are free at once, so that none is given twice."""
    with ExitStack() as held:
        probes = [held.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]


def made_or_gone(server: "subprocess.Popen[bytes]", bucket: str, endpoint: str) -> bool:
    return server.poll() is not None or made(bucket, endpoint)


def made(bucket: str, endpoint: str) -> bool:
    """Whether the bucket is there, which it is once the server takes the request to make it."""
    from pyarrow import fs

    store = fs.S3FileSystem(
        access_key=USER,
        secret_key=SECRET,
        region=REGION,
        endpoint_override=endpoint,
        allow_bucket_creation=True,
    )
    store.create_dir(bucket)
    return True
