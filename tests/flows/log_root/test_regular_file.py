"""Files are opened below the log root only, and only when they are regular."""

import os
import socket
from pathlib import Path

import pytest

from flows.log_root.regular_file import LogRoot, RefusedError, read_regular, shown

BYTES = b"10-21-2023 10:00:00 a\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "logs" / "exp_1" / "job"
    folder.mkdir(parents=True)
    (folder / "start.log").write_bytes(BYTES)
    (tmp_path / "secret").write_bytes(b"not yours")
    return tmp_path / "logs"


def refused(root: Path, path: str | Path, limit: int = 1 << 20) -> RefusedError:
    with pytest.raises(RefusedError) as error:
        read_regular(root, path, limit)
    assert str(error.value).startswith(shown(path).removeprefix(f"{root}/"))
    return error.value


def test_a_file_is_read_by_its_relative_and_by_its_absolute_path(root: Path) -> None:
    for path in ("exp_1/job/start.log", root / "exp_1/job/start.log"):
        read = read_regular(root, path)
        assert read.content == BYTES
        assert read.size == len(BYTES)
        assert read.modified_ns == (root / "exp_1/job/start.log").stat().st_mtime_ns


def test_folders_stay_open_between_neighbours_and_are_closed_at_the_end(root: Path) -> None:
    (root / "exp_2").mkdir()
    (root / "exp_2" / "start.log").write_bytes(b"2")
    before = sum(1 for _ in Path("/proc/self/fd").iterdir())
    with LogRoot(root) as logs:
        paths = ["exp_1/job/start.log", "exp_2/start.log", "exp_1/job/start.log"]
        assert [logs.read(path).content for path in paths] == [BYTES, b"2", BYTES]
    assert sum(1 for _ in Path("/proc/self/fd").iterdir()) == before


@pytest.mark.parametrize(
    "path", ["../secret", "exp_1/../../secret", "/etc/passwd", "", "exp_1//start.log", "./a"]
)
def test_a_path_cannot_lead_out_of_the_root(root: Path, path: str) -> None:
    assert refused(root, path).code == "Q316"


def test_links_are_refused_wherever_they_stand(root: Path, tmp_path: Path) -> None:
    (root / "file").symlink_to(tmp_path / "secret")
    (root / "inside").symlink_to(root / "exp_1" / "job" / "start.log")
    (root / "folder").symlink_to(tmp_path)
    (root / "loop").symlink_to(root / "loop")
    for path in ("file", "inside", "folder/secret", "loop", "loop/loop", "exp_1/job/start.log/x"):
        assert refused(root, path).code == "Q316", path


def test_pipes_sockets_folders_and_devices_are_refused_without_waiting(root: Path, tmp_path: Path) -> None:
    os.mkfifo(root / "pipe")
    with socket.socket(socket.AF_UNIX) as server:
        here = Path.cwd()
        os.chdir(root)  # the path of a socket must be short
        try:
            server.bind("socket")
        finally:
            os.chdir(here)
    for path in ("pipe", "socket", "exp_1"):
        assert refused(root, path).code == "Q316", path
    with LogRoot("/dev") as devices, pytest.raises(RefusedError, match="device"):
        devices.read("zero")


def test_a_file_is_refused_by_its_size_before_a_byte_is_read(root: Path) -> None:
    with (root / "sparse").open("wb") as file:
        file.truncate(100 << 30)
    error = refused(root, "sparse")
    assert error.code == "Q316"
    assert "found 107,374,182,400 bytes, expected at most 1,048,576" in str(error)


def test_what_is_missing_or_unreadable_has_its_own_code(root: Path) -> None:
    assert refused(root, "exp_1/gone.log").code == "Q317"
    closed = root / "closed"
    closed.mkdir()
    (closed / "start.log").write_bytes(BYTES)
    closed.chmod(0)
    (root / "exp_1" / "job" / "start.log").chmod(0)
    with LogRoot(root) as logs:
        os.seteuid(65534 if os.geteuid() == 0 else os.geteuid())  # root may read everything
        try:
            for path in ("closed/start.log", "exp_1/job/start.log"):
                with pytest.raises(RefusedError, match="Permission denied") as error:
                    logs.read(path)
                assert error.value.code == "Q317"
        finally:
            os.seteuid(os.getuid())


def test_a_name_that_is_not_utf_8_is_read_and_shown_escaped(root: Path) -> None:
    name = os.fsdecode(b"bad\xff.log")
    (root / name).write_bytes(BYTES)
    assert read_regular(root, name).content == BYTES
    assert shown(name) == r"bad\xff.log"
    (root / name).unlink()
    assert str(refused(root, name)).startswith(r"bad\xff.log: found 'No such file")
