"""Carry work out on the workers of a Dask scheduler that is already there; only what they return comes back."""

import logging
import pickle
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from ipaddress import ip_address
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from flows.cluster.attempt import Outcome, attempt, make
from flows.house.errors import HouseError, UsageError

if TYPE_CHECKING:
    from distributed import Client, Future

T = TypeVar("T")

CONNECT_SECONDS = 30
WORKERS_SECONDS = (
    120  # without any worker until a night gives up: some clusters start theirs when they are asked
)
AT_ONCE = 4  # pieces of work that a scheduler holds for each worker


def carry_out_on(
    address: str, work: Callable[..., T], arguments: Sequence[tuple[Any, ...]], targets: Sequence[Path]
) -> list[T]:
    """The results of `work` for each of the arguments, in their order; its last one is a folder to write to.

    The folder stands beside the target, in a folder that the workers see too, and is of one attempt only: when a
    worker dies, what it had in hand is given to another one. Raises UsageError and HouseError.
    """
    refuse_open(address)
    pieces = (
        (make(), target, pickle.dumps((work, each)))  # bytes, which Dask need not look into
        for each, target in zip(arguments, targets, strict=True)
    )
    with connected(address) as client:
        results = dict(carried_out(client, address, pieces))
    return [results[place] for place in range(len(arguments))]


def refuse_open(address: str) -> None:
    """Raises UsageError for an address at which anybody may answer, or ask: who reaches a scheduler runs code."""
    parts = urlsplit(address)
    if parts.scheme == "tls" and parts.hostname:
        return
    if parts.scheme == "tcp" and parts.hostname and is_loopback(parts.hostname):
        return
    raise UsageError(
        f"--cluster {address}: expected tls://HOST:PORT, or tcp:// on this machine alone: whoever reaches a Dask "
        "scheduler without TLS runs code on all its workers. docs/scale.md shows how to set TLS up."
    )


def is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@contextmanager
def connected(address: str) -> Iterator["Client"]:
    try:
        from distributed import Client
    except ImportError as error:
        raise UsageError(
            f"--cluster {address}: found no Dask here ({error}), expected it. Install doehouse[cluster]."
        ) from error
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what it says is said in a sentence
    try:
        client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False, name="doehouse")
    except Exception as error:  # of its sockets, of TLS, of its own
        raise HouseError(
            f"{address}: cannot be reached ({str(error).strip() or type(error).__name__}), expected a Dask scheduler. "
            "Start it, correct the address, or leave --cluster out to read the logs on this machine."
        ) from error
    with client, client.as_current():
        yield client


def carried_out(
    client: "Client", address: str, pieces: Iterator[tuple[Any, ...]]
) -> Iterator[tuple[int, Any]]:
    """Place and result of each piece, as they come; a scheduler holds a few for each worker at a time."""
    from distributed import wait

    numbered = enumerate(pieces)
    held: dict[Future[Outcome], int] = {}
    while True:
        try:
            room = AT_ONCE * max(1, len(client.nthreads())) - len(held)
            for place, piece in islice(numbered, max(0, room)):
                held[client.submit(attempt, *piece, pure=False)] = place
            if not held:
                return
            done = wait(list(held), timeout=WORKERS_SECONDS, return_when="FIRST_COMPLETED").done
        except TimeoutError:
            refuse_deserted(client, address)
            continue
        except Exception as error:  # of its sockets, of futures that it forgot
            raise gone(address) from error
        for future in done:
            yield held.pop(future), result_of(future, address)


def result_of(future: "Future[Outcome]", address: str) -> Any:
    from distributed import KilledWorker

    if future.status == "finished":
        outcome = future.result()
        if outcome.refusal:
            raise HouseError(outcome.refusal)
        if outcome.failure:
            raise RuntimeError(outcome.failure)
        return outcome.result
    error = future.exception() if future.status == "error" else None
    if error is None:
        raise gone(address)
    if isinstance(error, KilledWorker):
        raise HouseError(
            f"{address}: {error.allowed_failures + 1} workers died at the same batch, expected one to read it. The "
            "logs of the workers say of what: mostly it is memory."
        ) from error
    if isinstance(error, ModuleNotFoundError):
        raise HouseError(
            f"{address}: a worker says {error}, expected doehouse {make()['doehouse']} as on the machine of the "
            "night. Install the same on both."
        ) from error
    raise error


def refuse_deserted(client: "Client", address: str) -> None:
    try:
        workers = client.nthreads()
    except Exception as error:
        raise gone(address) from error
    if not workers:
        raise HouseError(
            f"{address}: found no worker for {WORKERS_SECONDS} s, expected at least one. Start some with "
            "`dask worker`, or leave --cluster out to read the logs on this machine."
        )


def gone(address: str) -> HouseError:
    return HouseError(
        f"{address}: the scheduler went away, expected it to stay until the logs are read. Nothing was published; "
        "run the night again when it is back."
    )
