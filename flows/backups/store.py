"""Where backups lie: a folder or a bucket, each content once, under its digest, compressed."""

import shutil
from pathlib import Path
from typing import Any

from flows.house.errors import HouseError


class Store:
    """Contents and texts below a place, which pyarrow reaches: a folder, or an address such as s3://bucket/path."""

    def __init__(self, place: str) -> None:
        import pyarrow as pa
        from pyarrow import fs

        self.place = place
        try:
            if "://" in place:
                self.files, self.root = fs.FileSystem.from_uri(place)
            else:
                self.files, self.root = fs.LocalFileSystem(), str(Path(place).absolute())
            self.files.create_dir(f"{self.root}/contents", recursive=True)
            self.files.create_dir(f"{self.root}/versions", recursive=True)
        except (OSError, pa.ArrowInvalid) as error:
            raise self.refusal(error) from error

    def refusal(self, error: Exception) -> HouseError:
        return HouseError(
            f"{self.place}: cannot be reached ({str(error).splitlines()[0]}), expected a folder or an address such as "
            "s3://bucket/path that this user may write. Check it and its rights."
        )

    def content(self, digest: str) -> str:
        return f"{self.root}/contents/{digest[:2]}/{digest}.zst"

    def is_there(self, path: str) -> bool:
        from pyarrow import fs

        (found,) = self.files.get_file_info([path])
        return bool(found.type == fs.FileType.File)

    def add(self, path: Path, digest: str) -> bool:
        """Compress a file into the store unless its content is there; whether it was not."""
        import pyarrow as pa

        target = self.content(digest)
        if self.is_there(target):
            return False
        try:
            self.files.create_dir(target.rpartition("/")[0], recursive=True)
            # Under another name until it is whole.
            with (
                path.open("rb") as source,
                self.files.open_output_stream(f"{target}.new", compression=None) as raw,
                pa.CompressedOutputStream(raw, "zstd") as stream,
            ):
                shutil.copyfileobj(source, stream, 2**20)
            self.files.move(f"{target}.new", target)
        except OSError as error:
            raise self.refusal(error) from error
        return True

    def fetch(self, digest: str, place: Path) -> None:
        """Write a content of the store to a file."""
        import pyarrow as pa

        try:
            with (
                self.files.open_input_stream(self.content(digest), compression=None) as raw,
                pa.CompressedInputStream(raw, "zstd") as stream,
                place.open("wb") as target,
            ):
                shutil.copyfileobj(stream, target, 2**20)
        except OSError as error:
            raise HouseError(
                f"{self.place}: the content {digest} cannot be read ({str(error).splitlines()[0]}), expected it whole. "
                "Restore another version with --to; nothing was published."
            ) from error

    def write(self, name: str, text: str) -> None:
        path = f"{self.root}/{name}"
        try:
            with self.files.open_output_stream(f"{path}.new") as stream:
                stream.write(text.encode())
            self.files.move(f"{path}.new", path)
        except OSError as error:
            raise self.refusal(error) from error

    def read(self, name: str) -> str:
        with self.files.open_input_stream(f"{self.root}/{name}") as stream:
            text: Any = stream.read()
        return str(text.decode())

    def names(self, folder: str) -> list[str]:
        """The finished files of a folder, sorted."""
        from pyarrow import fs

        found = self.files.get_file_info(fs.FileSelector(f"{self.root}/{folder}", allow_not_found=True))
        return sorted(each.base_name for each in found if each.extension == "json")
