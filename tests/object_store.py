"""A real S3 server on loopback: SeaweedFS from its wheel, on free ports, with one bucket and one user."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.prefect_server import die_with_parent, free_port, wait_for

USER, SECRET, REGION = "lab", "not-to-be-found-anywhere", "eu-west-1"


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
    (home / "data").mkdir()
    port = free_port()
    ports = [
        f"-{part}.port{kind}={free_port()}"
        for part in ("master", "volume", "filer")
        for kind in ("", ".grpc")
    ]
    words = [
        "server", f"-dir={home}/data", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", *ports, "-volume.max=0",
        "-master.volumeSizeLimitMB=64", "-filer", "-s3", f"-s3.port={port}", f"-s3.port.grpc={free_port()}",
        f"-s3.config={home}/s3.json", "-s3.port.iceberg=0",
    ]  # fmt: skip
    endpoint = f"http://127.0.0.1:{port}"
    environment = {
        "AWS_ACCESS_KEY_ID": USER,
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_REGION": REGION,
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ALLOW_HTTP": "true",
    }
    with (home / "log").open("wb") as log:
        server = subprocess.Popen(
            [Path(sys.executable).with_name("weed"), "-logtostderr=true", *words],
            cwd=home,
            stdout=log,
            stderr=log,
            preexec_fn=die_with_parent,
        )
    try:
        wait_for(lambda: made(bucket, endpoint), 240, "SeaweedFS does not answer")
        yield ObjectStore(f"s3://{bucket}", endpoint, environment)
    finally:
        server.kill()
        server.wait()


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
